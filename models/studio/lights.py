"""Camera, lamps and the render's settings."""

from pathlib import Path
from typing import Any, Final

import bpy  # type: ignore[import-not-found,unused-ignore]
from mathutils import Vector  # type: ignore[import-not-found,unused-ignore]

from models.studio.geometry import Camera
from models.studio.recipe import Light

SCALE: Final = 0.1
"""Blender units in one unit of the head."""
_ALPHA_SAMPLES: Final = 64


def place(x: float, y: float, z: float) -> tuple[float, float, float]:
    """A point of the head's space in Blender's."""
    return x * SCALE, -z * SCALE, y * SCALE


def set_camera(camera: Camera) -> None:
    """The studio camera, level and looking along -z of the head's space."""
    lens = bpy.data.cameras.new("camera")
    lens.sensor_fit = "HORIZONTAL"
    lens.sensor_width = 36.0
    lens.lens = camera.focal / camera.width * 36.0
    lens.shift_x = (camera.width / 2 - camera.centre[0]) / camera.width
    lens.shift_y = (camera.centre[1] - camera.height / 2) / camera.width
    holder = bpy.data.objects.new("camera", lens)
    holder.location = place(*camera.position)
    holder.rotation_euler = (1.5707963267948966, 0.0, 0.0)
    bpy.context.scene.collection.objects.link(holder)
    bpy.context.scene.camera = holder


def _lamp(
    name: str, at: tuple[float, float, float], aim: tuple[float, float, float], size: tuple[float, float], power: float,
    colour: tuple[float, float, float],
) -> Any:  # fmt: skip
    light = bpy.data.lights.new(name, "AREA")
    light.shape = "RECTANGLE"
    light.size, light.size_y = size[0] * SCALE, size[1] * SCALE
    light.energy = power
    light.color = colour
    holder = bpy.data.objects.new(name, light)
    holder.location = place(*at)
    holder.rotation_euler = (Vector(place(*aim)) - Vector(place(*at))).to_track_quat("-Z", "Y").to_euler()
    holder.visible_camera = False
    bpy.context.scene.collection.objects.link(holder)
    return holder


def set_lights(light: Light, eye_height: float) -> None:
    """A soft key, a fill from the other side, two rims from behind, a bounce from below, a small disc for the eyes."""
    side = light.key_side
    face = (0.0, eye_height - 3.0, 6.0)
    _lamp("key", (side * 38.0, eye_height + 30.0, 62.0), face, (26.0, 26.0), light.key, light.key_colour)
    _lamp("fill", (-side * 48.0, eye_height + 6.0, 55.0), face, (35.0, 40.0), light.fill, light.fill_colour)
    _lamp("rim", (-side * 34.0, eye_height + 20.0, -38.0), face, (14.0, 30.0), light.rims[0], (1.0, 0.97, 0.93))
    _lamp("back", (side * 36.0, eye_height + 14.0, -34.0), face, (14.0, 30.0), light.rims[1], (0.93, 0.97, 1.0))
    _lamp("bounce", (0.0, eye_height - 34.0, 48.0), face, (40.0, 20.0), 40.0, (1.0, 0.95, 0.9))
    catch = _lamp("catch", (side * 27.0, eye_height + 26.0, 66.0), face, (11.0, 11.0), 420.0, (1.0, 1.0, 1.0))
    catch.data.shape = "DISK"
    catch.visible_diffuse = catch.visible_transmission = catch.visible_volume_scatter = False
    world = bpy.data.worlds.new("world")
    world.use_nodes = True
    world.node_tree.nodes["Background"].inputs[0].default_value = (0.21, 0.21, 0.22, 1.0)
    bpy.context.scene.world = world


def set_render(camera: Camera, exposure: float) -> None:
    """Cycles on the processor with a denoiser, a transparent film and the AgX view."""
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.device = "CPU"
    scene.cycles.use_denoising = True
    scene.cycles.denoiser = "OPENIMAGEDENOISE"
    scene.cycles.denoising_prefilter = "ACCURATE"
    scene.cycles.use_adaptive_sampling = True
    scene.cycles.adaptive_threshold = 0.012
    scene.cycles.max_bounces = 8
    scene.cycles.transparent_max_bounces = 24
    scene.cycles.caustics_reflective = scene.cycles.caustics_refractive = False
    scene.cycles.sample_clamp_indirect = 4.0
    scene.cycles.seed = 7
    scene.cycles_curves.shape = "RIBBONS"
    scene.cycles_curves.subdivisions = 2
    scene.render.film_transparent = True
    scene.render.use_persistent_data = True
    scene.render.resolution_x, scene.render.resolution_y = camera.width, camera.height
    scene.render.image_settings.file_format = "PNG"
    scene.render.image_settings.color_mode = "RGBA"
    scene.render.image_settings.compression = 30
    scene.render.dither_intensity = 0.0
    scene.view_settings.view_transform = "AgX"
    scene.view_settings.look = "AgX - Medium High Contrast"
    scene.view_settings.exposure = exposure
    _clean_alpha(scene)


def _clean_alpha(scene: Any) -> None:
    """Take the alpha from a second layer of many cheap samples: no denoiser smooths it, and few samples leave specks."""
    flat = bpy.data.materials.new("flat")
    flat.use_nodes = True
    tree = flat.node_tree
    tree.nodes.clear()
    shine, surface = tree.nodes.new("ShaderNodeEmission"), tree.nodes.new("ShaderNodeOutputMaterial")
    tree.links.new(shine.outputs[0], surface.inputs["Surface"])
    layer = scene.view_layers.new("outline")
    layer.material_override = flat
    layer.samples = _ALPHA_SAMPLES
    layer.cycles.use_denoising = False
    scene.use_nodes = True
    tree = scene.node_tree
    tree.nodes.clear()
    picture, outline = tree.nodes.new("CompositorNodeRLayers"), tree.nodes.new("CompositorNodeRLayers")
    outline.layer = layer.name
    joined, written = tree.nodes.new("CompositorNodeSetAlpha"), tree.nodes.new("CompositorNodeComposite")
    joined.mode = "REPLACE_ALPHA"
    tree.links.new(picture.outputs["Image"], joined.inputs["Image"])
    tree.links.new(outline.outputs["Alpha"], joined.inputs["Alpha"])
    tree.links.new(joined.outputs["Image"], written.inputs["Image"])


def render(target: Path, camera: Camera, box: tuple[int, int, int, int], *, scale: float, samples: int) -> None:
    """Render a box of the canvas (left, top, width, height) to a PNG with straight alpha."""
    scene = bpy.context.scene
    left, top, width, height = box
    scene.render.resolution_percentage = round(100 * scale)
    scene.cycles.samples = samples
    scene.render.use_border = scene.render.use_crop_to_border = True
    scene.render.border_min_x, scene.render.border_max_x = left / camera.width, (left + width) / camera.width
    scene.render.border_min_y = 1 - (top + height) / camera.height
    scene.render.border_max_y = 1 - top / camera.height
    scene.render.filepath = str(target)
    bpy.ops.render.render(write_still=True)
