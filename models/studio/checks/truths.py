"""Expressions that are no key, rendered truly, to hold the live engine's mixtures against."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from engine.layers.replica.performance.expression import Expression
from models.blendshapes import SHAPE_INDEX, SHAPES
from models.studio.build import Quality
from models.studio.build import _picture_of as picture_of
from models.studio.geometry import Pose
from models.studio.head import HeadMesh
from models.studio.keys import KEYS, Key
from models.studio.parts import make_parts
from models.studio.recipe import Recipe

_CROP: Final = next(key.crop for key in KEYS if key.crop is not None)


class OutdatedBundleError(Exception):
    """The bundle was not built by this studio as it is."""


def _between(name: str, weights: dict[str, float], pose: Pose | None = None) -> Key:
    sided: dict[str, float] = {}
    for shape, weight in weights.items():
        for side in (shape,) if shape in SHAPE_INDEX else (f"{shape}_L", f"{shape}_R"):
            sided[side] = weight
    return Key(f"truth-{name}", (), sided, pose or Pose(), _CROP)


TRUTHS: Final[tuple[Key, ...]] = (
    _between("vowel", {"jawOpen": 0.33, "mouthStretch": 0.3, "mouthLowerDown": 0.2}, Pose(yaw=3.0, gaze_x=0.0)),
    _between("smile", {"mouthSmile": 0.28, "cheekSquint": 0.2, "cheekRaiser": 0.1, "browOuterUp": 0.1}),
    _between("f", {"jawOpen": 0.05, "mouthRollLower": 0.3, "mouthUpperUp": 0.17}, Pose(pitch=1.5)),
    _between(
        "blink",
        {"eyeBlink": 0.5, "eyeLookOut_L": 0.25, "eyeLookIn_R": 0.25},
        Pose(gaze_x=7.0),
    ),
    _between("o", {"jawOpen": 0.2, "mouthFunnel": 0.35, "mouthPucker": 0.4}, Pose(yaw=-4.0, pitch=2.0, roll=1.5)),
    _between("brows", {"browInnerUp": 0.35, "browOuterUp": 0.3, "eyeWide": 0.25, "jawOpen": 0.1}, Pose(yaw=6.0)),
)
"""Six of what a conversation is full of, none of them a key."""


def expression_of(key: Key) -> Expression:
    """What the live engine is told to show a key's expression and pose."""
    weights = np.zeros(len(SHAPES), np.float32)
    for name, weight in key.weights.items():
        weights[SHAPE_INDEX[name]] = weight
    pose = key.pose
    return Expression(weights, pose.yaw, pose.pitch, pose.roll, pose.gaze_x, pose.gaze_y)


@dataclass(frozen=True, slots=True)
class Truth:
    """A true picture (RGBA PNG with straight alpha) of `key`, over its box of the canvas."""

    key: Key
    picture: Path


def render_truths(
    recipe: Recipe, data: Path, work: Path, quality: Quality, say: Callable[[str], None]
) -> tuple[Truth, ...]:
    """Render the truths of a presenter; those that `work` has already are kept.

    `quality` is that of the bundle, so that both have the same noise and sharpness; `work` is the build's folder, with its cache.
    Raises OutdatedBundleError when the pictures would show another person than the bundle's.
    """
    if not picture_of(recipe, KEYS[0], work, quality).exists():
        raise OutdatedBundleError(
            f"{work}: the bundle's own pictures are not there, or made by other code, recipe or quality; build it first"
        )
    truths = tuple(Truth(key, picture_of(recipe, key, work, quality)) for key in TRUTHS)
    missing = [truth for truth in truths if not truth.picture.exists()]
    if not missing:
        return truths
    from models.studio.scene import Scene

    scene = Scene(make_parts(recipe, HeadMesh.load(data), texture=quality.texture, cache=work / "cache"))
    for truth in missing:
        scene.pose(truth.key.weights, truth.key.pose)
        partial = truth.picture.with_name(f"partial-{truth.picture.name}")
        scene.render(partial, truth.key.box(), scale=quality.scale, samples=quality.crop_samples)
        partial.replace(truth.picture)
        say(f"{recipe.name}: {truth.key.name}")
    return truths
