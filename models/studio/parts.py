"""All that is computed before rendering, kept on disk so that a build can be taken up again."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Final, TypeVar

import numpy as np

from models.studio.beard import stubble
from models.studio.clothes import Garment, make_garment
from models.studio.eyes import Eyeball, eyeball
from models.studio.geometry import Points
from models.studio.hair import grow_hair
from models.studio.head import EYE_SOCKETS, SOCKET, HeadMesh, Person
from models.studio.recipe import Recipe
from models.studio.skin import SkinMaps, paint_skin
from models.studio.strands import Rider, Strands, brows, lashes
from models.studio.subdivision import Indices, Subdivision

_SKIN = ("M_Face", "M_BackHead")
_BURIED: Final = 0.35
_NECK: Final = 7.2
"""Units under the garment beyond which skin is left out: it would come through when the neck turns."""


_Arrays = TypeVar("_Arrays", SkinMaps, Strands)
_SOURCES: Final = {
    "skin": ("skin", "beard", "hairline", "noise", "outlines", "raster", "subdivision"),
    "hair": ("hair", "hairline", "noise"),
}


@dataclass(frozen=True, slots=True)
class Parts:
    """One presenter's geometry and maps."""

    recipe: Recipe
    person: Person
    split: Subdivision
    maps: SkinMaps
    hair: Strands
    brows: Rider
    lashes: Rider
    stubble: Rider | None
    garment: Garment
    ball: Eyeball

    @property
    def eye_height(self) -> float:
        """The camera's height."""
        return float(self.person.eye_pivots[:, 1].mean())

    def quads_of(self, *materials: str) -> Indices:
        """The subdivided faces of some materials."""
        return self.split.quads[self.person.mesh.faces_of(*materials)[self.split.face_of]]

    @property
    def _skin_kept(self) -> Indices:
        mesh = self.person.mesh
        # On the shoulders nothing is seen of the skin; at the neck it must go on a little way under the collar.
        near_neck = np.abs(self.person.rest[:, 0]) < _NECK
        buried = self.garment.covers(self.person.rest) > np.where(near_neck, _BURIED, -0.6)
        hidden = buried[np.maximum(mesh.faces, 0)].all(axis=1)
        return np.flatnonzero((mesh.faces_of(*_SKIN) & ~hidden)[self.split.face_of])

    @property
    def skin_quads(self) -> Indices:
        """The subdivided skin without what the clothes hide."""
        return self.split.quads[self._skin_kept]

    @property
    def skin_uv(self) -> Points:
        """Texture coordinates of `skin_quads` in the two tiles side by side."""
        mesh = self.person.mesh
        uv = self.split.uvs(mesh.uv[mesh.face_uvs[mesh.face_uvs >= 0]])[self._skin_kept]
        return uv * [0.5, 1.0]


def outer_triangles(mesh: HeadMesh) -> Indices:
    """The skin that is seen from outside: without the sockets of mouth and eyes."""
    faces = mesh.faces[mesh.faces_of(*_SKIN)]
    hidden = np.zeros(len(mesh.neutral), dtype=bool)
    hidden[SOCKET] = hidden[EYE_SOCKETS] = True
    faces = faces[~hidden[faces].any(axis=1)]
    return np.concatenate([faces[:, [0, 1, 2]], faces[:, [0, 2, 3]]])


def make_parts(recipe: Recipe, mesh: HeadMesh, *, texture: int, cache: Path) -> Parts:
    """Compute the parts, or take them from the cache where code and recipe are the same."""
    person = Person.of(mesh, recipe)
    split = Subdivision.of(mesh.faces, len(person.plain))
    surface, triangles = split.coarse(person.plain), outer_triangles(mesh)
    brow_height = float(person.landmark(19, 24)[1])

    def skin() -> SkinMaps:
        return paint_skin(person, recipe, texture)

    def hair() -> Strands:
        return grow_hair(recipe, surface, triangles, brow_height)

    maps = _kept(cache, "skin", person, recipe, texture, SkinMaps, skin)
    return Parts(
        recipe,
        person,
        split,
        maps,
        _kept(cache, "hair", person, recipe, 0, Strands, hair),
        brows(person, recipe, surface, triangles),
        lashes(person, recipe, surface),
        stubble(person, recipe, surface, triangles) if recipe.skin.beard else None,
        make_garment(recipe, split.coarse(person.rest), triangles),
        eyeball(),
    )


def _kept(
    cache: Path, name: str, person: Person, recipe: Recipe, size: int, kind: type[_Arrays], make: Callable[[], _Arrays]
) -> _Arrays:
    """The arrays that `make` computes, read from the cache when recipe and code have not changed since."""
    told = asdict(recipe)
    for unused in ("light", "backdrop", "clothes", "title", "iris", "rest", *(("skin",) if name == "hair" else ())):
        told.pop(unused)
    digest = hashlib.sha256(json.dumps([told, size], sort_keys=True).encode())
    digest.update(person.plain.tobytes())
    for module in _SOURCES[name]:
        digest.update((Path(__file__).parent / f"{module}.py").read_bytes())
    kept = cache / f"{name}-{digest.hexdigest()[:16]}.npz"
    if kept.exists():
        with np.load(kept, allow_pickle=False) as data:
            return kind(**{field.name: data[field.name] for field in fields(kind)})
    made = make()
    cache.mkdir(parents=True, exist_ok=True)
    partial = kept.with_suffix(".part.npz")
    np.savez(partial, **{field.name: getattr(made, field.name) for field in fields(kind)})
    partial.replace(kept)
    return made
