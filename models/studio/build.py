"""From a recipe to a bundle: parts, key pictures, geometry, card."""

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np

from models.studio.background import paint_background
from models.studio.bundle import Geometry, write_background, write_description, write_geometry, write_picture
from models.studio.card import write_card
from models.studio.crop import Box, head_box
from models.studio.geometry import Points
from models.studio.head import HeadMesh
from models.studio.keys import KEYS, Key, camera
from models.studio.parts import Parts, make_parts
from models.studio.patch import Surface
from models.studio.plate import make_plate
from models.studio.recipe import Recipe
from models.studio.sheet import contact_sheet
from models.studio.subdivision import Indices
from models.studio.thinning import thinned
from models.studio.visibility import key_visibility, posed_surface, with_fallbacks

BLENDER: Final = "4.2.0"
_AFTER_RENDERING: Final = frozenset(
    {
        "__init__",
        "__main__",
        "background",
        "build",
        "bundle",
        "card",
        "crop",
        "keys",
        "parts",
        "patch",
        "people",
        "plate",
        "sheet",
        "thinning",
        "visibility",
    }
)
"""Modules that no render depends on beyond what is told apart in its name."""
_TOLERANCE: Final = 0.03
"""Units (about a canvas pixel) by which the mesh may be off where vertices were taken away."""
_SHARE: Final = 0.5
_SHOWN: Final = 0.2
"""Units that a share of 1, and all of a vertex' visibility in a key, count for."""


@dataclass(frozen=True, slots=True)
class Quality:
    """How finely to render."""

    texture: int = 1536
    scale: float = 1.0
    rest_samples: int = 64
    crop_samples: int = 40


PREVIEW: Final = Quality(texture=768, scale=0.35, rest_samples=18, crop_samples=16)


def build(
    recipe: Recipe, data: Path, target: Path, work: Path, quality: Quality, *, resume: bool, say: Callable[[str], None]
) -> None:
    """Make the bundle of a presenter in `target`; `work` keeps what a later run can take up."""
    began = time.monotonic()
    parts = make_parts(recipe, HeadMesh.load(data), texture=quality.texture, cache=work / "cache")
    say(f"{recipe.name}: parts after {time.monotonic() - began:.0f} s")
    pictures = render_keys(parts, work, quality, resume=resume, say=say)
    target.mkdir(parents=True, exist_ok=True)
    rendered = list(zip(KEYS, pictures, strict=True))
    boxes = write_parts(parts, rendered, target)
    for key, picture in rendered:
        write_picture(target / f"{key.name}.webp", picture, key.box(), boxes[key.name])
    background = paint_background(recipe.backdrop, recipe.seed)
    write_background(target, background)
    contact_sheet(KEYS, pictures, background, height=480, columns=5).save(work / recipe.name / "keys.png")
    write_card(
        target,
        recipe,
        (data / "LICENSE").read_text(encoding="utf-8"),
        blender=BLENDER,
        keys=len(KEYS),
        samples=quality.rest_samples,
        crop_samples=quality.crop_samples,
        scale=quality.scale,
    )
    size = sum(file.stat().st_size for file in target.iterdir()) / 1e6
    say(f"{recipe.name}: {size:.2f} MB after {time.monotonic() - began:.0f} s")


def render_keys(parts: Parts, work: Path, quality: Quality, *, resume: bool, say: Callable[[str], None]) -> list[Path]:
    """Render every key whose picture is not there yet."""
    targets = [_picture_of(parts.recipe, key, work, quality) for key in KEYS]
    missing = [(key, target) for key, target in zip(KEYS, targets, strict=True) if not (resume and target.exists())]
    if not missing:
        return targets
    from models.studio.scene import Scene

    scene = Scene(parts)
    for key, target in missing:
        began = time.monotonic()
        scene.pose(key.weights, key.pose)
        partial = target.with_name(f"partial-{target.name}")
        samples = quality.rest_samples if key.crop is None else quality.crop_samples
        scene.render(partial, key.box(), scale=quality.scale, samples=samples)
        partial.replace(target)
        say(f"{parts.recipe.name}: {key.name} in {time.monotonic() - began:.0f} s")
    return targets


def write_parts(parts: Parts, rendered: Sequence[tuple[Key, Path]], target: Path) -> dict[str, Box]:
    """Write all of a bundle that is not a picture; return the part of the canvas that each key's picture is to show."""
    recipe = parts.recipe
    lens = camera(parts.eye_height)
    surface = Surface.of(parts)
    keys = tuple(key for key, _ in rendered)
    visibility = np.stack([key_visibility(parts, surface, lens, key) for key in keys])
    visibility = with_fallbacks(visibility, surface, keys)
    vertices, triangles = surface.kept(visibility)
    fixed = np.isin(vertices, parts.person.mesh.landmarks)
    triangles = thinned(triangles, surface.rest[vertices], _told(surface, visibility, vertices), fixed, _TOLERANCE)
    left = np.unique(triangles)
    vertices, triangles = vertices[left], np.searchsorted(left, triangles)
    place = {int(vertex): index for index, vertex in enumerate(vertices)}
    landmarks = np.array([place[int(vertex)] for vertex in parts.person.mesh.landmarks])
    geometry = Geometry(
        triangles,
        surface.rest[vertices],
        surface.shapes[:, vertices],
        surface.follow[vertices],
        surface.cover[vertices],
        surface.upper[vertices],
        surface.region[vertices],
        visibility[:, vertices],
        landmarks,
        parts.person.eye_pivots,
    )
    shown = [(key, picture) for key, picture in rendered if "pose" in key.sets]
    sturdy = (geometry.cover > 0.6) & (geometry.region == 0)
    plates = [make_plate(parts, lens, key, geometry.rest, sturdy) for key, _ in shown]
    write_geometry(target, geometry, plates)
    boxes = {key.name: key.box() for key in keys}
    for (key, picture), plate in zip(shown[1:], plates[1:], strict=True):
        mesh = lens.project(posed_surface(parts, key)[0][vertices])
        boxes[key.name] = head_box(picture, plate, mesh, lens)
    write_description(target, recipe, lens, keys, boxes, geometry.eye_pivots, [key.name for key, _ in shown])
    return boxes


def _told(surface: Surface, visibility: Points, vertices: Indices) -> Points:
    """What a mesh tells about each vertex, [V, F]: where it is, moves and shows, in units that weigh as much as a unit of length."""
    moves = surface.shapes[:, vertices].transpose(1, 0, 2).reshape(len(vertices), -1)
    shares = np.stack([surface.cover[vertices], surface.upper[vertices], surface.follow[vertices]], axis=1)
    return np.concatenate([surface.rest[vertices], moves, _SHARE * shares, _SHOWN * visibility[:, vertices].T], axis=1)


def _picture_of(recipe: Recipe, key: Key, work: Path, quality: Quality) -> Path:
    """Where a key's render is kept: named after all that it depends on, the code included."""
    told = json.dumps([asdict(recipe), asdict(key), asdict(quality)], sort_keys=True)
    digest = hashlib.sha256(told.encode())
    for module in sorted(Path(__file__).parent.glob("*.py")):
        if module.stem not in _AFTER_RENDERING:
            digest.update(module.read_bytes())
    folder = work / recipe.name
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{key.name}-{digest.hexdigest()[:12]}.png"
