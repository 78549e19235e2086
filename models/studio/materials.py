"""The surfaces, as Cycles shaders."""

from typing import Any

import bpy  # type: ignore[import-not-found,unused-ignore]
import numpy as np
from numpy.typing import NDArray

from models.studio.recipe import Colour, Recipe
from models.studio.skin import SkinMaps


def image(name: str, pixels: NDArray[np.float32]) -> Any:
    """A float image in linear values; row 0 is the texture's bottom, as in Blender."""
    height, width = pixels.shape[:2]
    rgba = np.ones((height, width, 4), dtype=np.float32)
    rgba[..., :3] = pixels if pixels.ndim == 3 else pixels[..., None]
    made = bpy.data.images.new(name, width, height, float_buffer=True, is_data=True)
    made.pixels.foreach_set(rgba.reshape(-1))
    made.update()
    made.pack()
    return made


class _Shader:
    """A material under construction."""

    def __init__(self, name: str) -> None:
        self.material = bpy.data.materials.new(name)
        self.material.use_nodes = True
        self._tree = self.material.node_tree
        self._tree.nodes.clear()
        self.output = self.node("ShaderNodeOutputMaterial")

    def node(self, kind: str, **settings: Any) -> Any:
        """A new node; settings are attributes, or inputs by name with `_` for a space."""
        made = self._tree.nodes.new(kind)
        for key, value in settings.items():
            title = key.replace("_", " ")
            if title in made.inputs:
                made.inputs[title].default_value = value
            else:
                setattr(made, key, value)
        return made

    def link(self, source: Any, target: Any) -> None:
        """Connect an output to an input."""
        self._tree.links.new(source, target)

    def finish(self, shader: Any) -> Any:
        """Make `shader` the surface."""
        self.link(shader.outputs[0], self.output.inputs["Surface"])
        return self.material


def skin_material(recipe: Recipe, maps: SkinMaps) -> Any:
    """Subsurface skin with painted colour, roughness and pores."""
    make = _Shader("skin")
    surface = make.node(
        "ShaderNodeBsdfPrincipled",
        Subsurface_Weight=1.0,
        Subsurface_Radius=(0.26, 0.095, 0.05),
        Subsurface_Scale=0.1,
        Specular_IOR_Level=recipe.skin.specular,
        Coat_Weight=recipe.skin.coat,
        Coat_Roughness=0.32,
        Sheen_Weight=0.06,
        Sheen_Roughness=0.45,
    )
    colour = make.node("ShaderNodeTexImage", image=image("skin colour", maps.colour))
    make.link(colour.outputs["Color"], surface.inputs["Base Color"])
    roughness = make.node("ShaderNodeTexImage", image=image("skin roughness", maps.roughness))
    make.link(roughness.outputs["Color"], surface.inputs["Roughness"])
    relief = make.node("ShaderNodeTexImage", image=image("skin relief", maps.relief))
    bump = make.node("ShaderNodeBump", Strength=1.0, Distance=0.0038)
    make.link(relief.outputs["Color"], bump.inputs["Height"])
    make.link(bump.outputs["Normal"], surface.inputs["Normal"])
    return make.finish(surface)


def plain_material(
    name: str,
    colour: Colour,
    roughness: float,
    *,
    subsurface: float = 0.0,
    specular: float = 0.5,
    bump: float = 0.0,
    coat: float = 0.0,
) -> Any:
    """One colour: teeth, gums."""
    make = _Shader(name)
    surface = make.node(
        "ShaderNodeBsdfPrincipled",
        Base_Color=(*colour, 1.0),
        Roughness=roughness,
        Subsurface_Weight=subsurface,
        Subsurface_Radius=(0.25, 0.12, 0.08),
        Subsurface_Scale=0.1,
        Specular_IOR_Level=specular,
        Coat_Weight=coat,
        Coat_Roughness=0.15,
    )
    if bump:
        noise = make.node("ShaderNodeTexNoise", Scale=42.0, Detail=3.0)
        raised = make.node("ShaderNodeBump", Strength=bump, Distance=0.006)
        make.link(noise.outputs[0], raised.inputs["Height"])
        make.link(raised.outputs["Normal"], surface.inputs["Normal"])
    return make.finish(surface)


def eye_material(name: str, pixels: NDArray[np.float32]) -> Any:
    """The painted ball under the cornea."""
    make = _Shader(name)
    surface = make.node(
        "ShaderNodeBsdfPrincipled",
        Roughness=0.6,
        Specular_IOR_Level=0.06,
        Subsurface_Weight=0.15,
        Subsurface_Scale=0.03,
    )
    colour = make.node("ShaderNodeTexImage", image=image(name, pixels))
    make.link(colour.outputs["Color"], surface.inputs["Base Color"])
    return make.finish(surface)


def clear_material(strength: float) -> Any:
    """The cornea and the tear line: a mirror by angle over nothing. No refraction, so no caustics and no noise."""
    make = _Shader("clear")
    through = make.node("ShaderNodeBsdfTransparent")
    mirror = make.node("ShaderNodeBsdfGlossy", Roughness=0.012)
    angle = make.node("ShaderNodeFresnel", IOR=1.38)
    more = make.node("ShaderNodeMath", operation="MULTIPLY")
    more.inputs[1].default_value = strength
    more.use_clamp = True
    mix = make.node("ShaderNodeMixShader")
    make.link(angle.outputs[0], more.inputs[0])
    make.link(more.outputs[0], mix.inputs[0])
    make.link(through.outputs[0], mix.inputs[1])
    make.link(mirror.outputs[0], mix.inputs[2])
    return make.finish(mix)


def gold_material() -> Any:
    """Polished metal."""
    make = _Shader("gold")
    return make.finish(
        make.node("ShaderNodeBsdfPrincipled", Base_Color=(0.80, 0.52, 0.22, 1.0), Metallic=1.0, Roughness=0.22)
    )


def hair_material(name: str, roughness: float, gloss: float = 1.55) -> Any:
    """Hair with a colour per strand (attribute `tint`)."""
    make = _Shader(name)
    fibre = make.node(
        "ShaderNodeBsdfHairPrincipled",
        Roughness=roughness,
        Radial_Roughness=0.36,
        Coat=0.0,
        Random_Roughness=0.15,
        IOR=gloss,
    )
    fibre.parametrization = "COLOR"
    tint = make.node("ShaderNodeAttribute", attribute_name="tint")
    make.link(tint.outputs["Color"], fibre.inputs["Color"])
    return make.finish(fibre)


def fuzz_material(name: str) -> Any:
    """Brows, lashes and stubble: dark fibres without the gloss that makes thin hair look grey."""
    make = _Shader(name)
    surface = make.node("ShaderNodeBsdfPrincipled", Roughness=0.62, Specular_IOR_Level=0.18)
    tint = make.node("ShaderNodeAttribute", attribute_name="tint")
    make.link(tint.outputs["Color"], surface.inputs["Base Color"])
    return make.finish(surface)


def cloth_material(knit: bool) -> Any:
    """Cloth with a colour per vertex (attribute `tint`) and a woven grain."""
    make = _Shader("cloth")
    surface = make.node(
        "ShaderNodeBsdfPrincipled", Roughness=0.82, Specular_IOR_Level=0.2, Sheen_Weight=0.10, Sheen_Roughness=0.4
    )
    tint = make.node("ShaderNodeAttribute", attribute_name="tint")
    place = make.node("ShaderNodeNewGeometry")
    stretch = make.node("ShaderNodeMapping")
    stretch.inputs["Scale"].default_value = (1.0, 1.0, 0.35) if knit else (1.0, 1.0, 1.0)
    make.link(place.outputs["Position"], stretch.inputs["Vector"])
    weave = make.node("ShaderNodeTexNoise", Scale=38.0 if knit else 70.0, Detail=4.0, Roughness=0.65)
    make.link(stretch.outputs["Vector"], weave.inputs["Vector"])
    # Threads are lighter and darker: a plain colour looks like plastic.
    melange = make.node("ShaderNodeMapRange", From_Min=0.3, From_Max=0.7, To_Min=0.86, To_Max=1.14)
    make.link(weave.outputs[0], melange.inputs["Value"])
    dyed = make.node("ShaderNodeVectorMath", operation="SCALE")
    make.link(tint.outputs["Color"], dyed.inputs[0])
    make.link(melange.outputs["Result"], dyed.inputs["Scale"])
    make.link(dyed.outputs[0], surface.inputs["Base Color"])
    bump = make.node("ShaderNodeBump", Strength=0.85 if knit else 0.6, Distance=0.012 if knit else 0.008)
    make.link(weave.outputs[0], bump.inputs["Height"])
    make.link(bump.outputs["Normal"], surface.inputs["Normal"])
    return make.finish(surface)
