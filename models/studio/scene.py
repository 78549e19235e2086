"""The presenter in Blender: meshes and curves which can be posed again and again."""

from pathlib import Path
from typing import Any, Final

import bpy  # type: ignore[import-not-found,unused-ignore]
import numpy as np
from numpy.typing import NDArray

from models.studio import lights, materials
from models.studio.eyes import Eyeball, eye_texture
from models.studio.geometry import Points, Pose
from models.studio.head import PIVOT, TILT, head_share
from models.studio.jewels import studs
from models.studio.keys import camera
from models.studio.parts import Parts
from models.studio.recipe import Colour
from models.studio.strands import Strands
from models.studio.subdivision import Indices

_GREY: Final = np.array([0.10, 0.098, 0.095])


def _tints(colour: Colour, grey: Points, shade: Points) -> Points:
    """A colour per strand from its brightness factor [N]; below 0 it is a grey one."""
    factor = shade[:, None]
    tints: Points = np.where(factor < 0, grey * np.minimum(-factor, 1.3), np.array(colour) * factor)
    return tints


def _to_blender(points: Points) -> NDArray[np.float32]:
    turned = np.stack([points[..., 0], -points[..., 2], points[..., 1]], axis=-1) * lights.SCALE
    return turned.astype(np.float32).reshape(-1)


class _Mesh:
    """A mesh object made of some faces of a larger set of points."""

    def __init__(self, name: str, polygons: Indices, points: Points, material: Any) -> None:
        self._used, remapped = np.unique(polygons, return_inverse=True)
        size = polygons.shape[1]
        self._data = bpy.data.meshes.new(name)
        self._data.vertices.add(len(self._used))
        self._data.loops.add(polygons.size)
        self._data.polygons.add(len(polygons))
        self._data.loops.foreach_set("vertex_index", remapped.reshape(-1).astype(np.int32))
        self._data.polygons.foreach_set("loop_start", np.arange(len(polygons), dtype=np.int32) * size)
        self.move(points)
        self._data.update(calc_edges=True)
        self._data.polygons.foreach_set("use_smooth", np.ones(len(polygons), dtype=bool))
        self._data.materials.append(material)
        bpy.context.scene.collection.objects.link(bpy.data.objects.new(name, self._data))

    def map(self, uv: Points) -> None:
        """Give each corner a texture coordinate."""
        layer = self._data.uv_layers.new(name="uv")
        layer.uv.foreach_set("vector", uv.reshape(-1).astype(np.float32))

    def paint(self, colour: Points) -> None:
        """Give each vertex a colour, as attribute `tint`."""
        layer = self._data.attributes.new("tint", "FLOAT_COLOR", "POINT")
        chosen = colour[self._used]
        layer.data.foreach_set(
            "color", np.concatenate([chosen, np.ones((len(chosen), 1))], axis=1).reshape(-1).astype(np.float32)
        )

    def move(self, points: Points) -> None:
        """New positions."""
        self._data.vertices.foreach_set("co", _to_blender(points[self._used]))
        self._data.update()


class _Curves:
    """Hair curves of one length in points."""

    def __init__(self, name: str, strands: Strands, tint: Points, material: Any) -> None:
        count, steps = strands.points.shape[:2]
        self._data = bpy.data.hair_curves.new(name)
        self._data.add_curves([steps] * count)
        radius = self._data.attributes.new("radius", "FLOAT", "POINT")
        radius.data.foreach_set("value", (strands.radius * lights.SCALE).reshape(-1).astype(np.float32))
        colour = self._data.attributes.new("tint", "FLOAT_COLOR", "CURVE")
        colour.data.foreach_set(
            "color", np.concatenate([tint, np.ones((count, 1))], axis=1).reshape(-1).astype(np.float32)
        )
        self.move(strands.points)
        self._data.materials.append(material)
        bpy.context.scene.collection.objects.link(bpy.data.objects.new(name, self._data))

    def move(self, points: Points) -> None:
        """New positions."""
        self._data.attributes["position"].data.foreach_set("vector", _to_blender(points))
        self._data.update_tag()


class Scene:
    """Everything of one presenter before the camera."""

    def __init__(self, parts: Parts) -> None:
        bpy.ops.wm.read_factory_settings(use_empty=True)
        self._parts = parts
        person, recipe = parts.person, parts.recipe
        points = parts.split.points(person.posed({}, Pose()))
        self._meshes: list[_Mesh] = []
        skin = _Mesh("skin", parts.skin_quads, points, materials.skin_material(recipe, parts.maps))
        skin.map(parts.skin_uv)
        for name, quads, material in (
            (
                "gums",
                parts.quads_of("M_GumsTongue"),
                materials.plain_material("gums", (0.42, 0.115, 0.10), 0.38, subsurface=0.6, bump=0.5),
            ),
            (
                "teeth",
                parts.quads_of("M_Teeth"),
                materials.plain_material("teeth", (0.66, 0.60, 0.50), 0.22, subsurface=0.35, coat=0.3),
            ),
            ("shell", parts.quads_of("M_ScleraLeft", "M_ScleraRight"), materials.clear_material(1.8)),
            ("tears", parts.quads_of("M_LacrimalFluid"), materials.clear_material(1.6)),
        ):
            self._meshes.append(_Mesh(name, quads, points, material))
        self._meshes.append(skin)
        self._ball: Eyeball = parts.ball
        self._eyes = []
        for side, placed in enumerate(person.eyeballs(self._ball.points, {}, Pose())):
            texture = eye_texture(recipe.iris, recipe.seed + side)
            eye = _Mesh(f"eye {side}", self._ball.triangles, placed, materials.eye_material(f"iris {side}", texture))
            eye.map(self._ball.uv[self._ball.triangles])
            self._eyes.append(eye)
        garment = _Mesh(
            "garment",
            parts.garment.quads,
            parts.garment.points,
            materials.cloth_material(recipe.clothes.kind == "sweater"),
        )
        garment.paint(parts.garment.colour)
        tint = _tints(recipe.hair.colour, _GREY, parts.hair.shade)
        rest_hair = Pose(pitch=TILT).turn_head(
            parts.hair.points.reshape(-1, 3), head_share(parts.hair.points.reshape(-1, 3)), PIVOT
        )
        self._hair_rest = rest_hair
        self._hair_share = head_share(parts.hair.points.reshape(-1, 3))
        self._hair = _Curves(
            "hair",
            parts.hair,
            tint,
            materials.hair_material("hair", 0.28, 1.36 if recipe.hair.style == "tied" else 1.5),
        )
        small = materials.fuzz_material("fuzz")
        brow, lash = parts.brows.at(points), parts.lashes.at(points)
        self._brows = _Curves("brows", brow, np.array(recipe.hair.brow) * brow.shade[:, None], small)
        self._lashes = _Curves("lashes", lash, np.tile(np.array([0.006, 0.005, 0.005]), (len(lash.shade), 1)), small)
        self._stubble = None
        if parts.stubble:
            hairs = parts.stubble.at(points)
            self._stubble = _Curves("stubble", hairs, _tints(recipe.hair.brow, 4 * _GREY, hairs.shade), small)
        self._studs = None
        if recipe.earrings:
            self._studs_rest, quads = studs(person.rest)
            self._studs = _Mesh("studs", quads, self._studs_rest, materials.gold_material())
        self.camera = camera(parts.eye_height)
        lights.set_camera(self.camera)
        lights.set_lights(recipe.light, parts.eye_height)
        lights.set_render(self.camera, recipe.light.exposure)

    def pose(self, weights: dict[str, float], pose: Pose) -> None:
        """Bring everything into an expression and a pose."""
        parts = self._parts
        points = parts.split.points(parts.person.posed(weights, pose))
        for mesh in self._meshes:
            mesh.move(points)
        for eye, placed in zip(self._eyes, parts.person.eyeballs(self._ball.points, weights, pose), strict=True):
            eye.move(placed)
        self._hair.move(pose.turn_head(self._hair_rest, self._hair_share, PIVOT))
        self._brows.move(parts.brows.at(points).points)
        self._lashes.move(parts.lashes.at(points).points)
        if self._stubble and parts.stubble:
            self._stubble.move(parts.stubble.at(points).points)
        if self._studs:
            self._studs.move(pose.turn_head(self._studs_rest, np.ones(len(self._studs_rest)), PIVOT))

    def render(self, target: Path, box: tuple[int, int, int, int], *, scale: float = 1.0, samples: int = 48) -> None:
        """Render a box of the canvas."""
        lights.render(target, self.camera, box, scale=scale, samples=samples)
