"""The shapes that the face of every presenter is made with."""

from typing import Final

_PAIRED_BEFORE_JAW: Final = (
    "browDown", "browInnerUp", "browOuterUp", "cheekPuff", "cheekRaiser", "cheekSquint",
    "eyeBlink", "eyeLookDown", "eyeLookIn", "eyeLookOut", "eyeLookUp", "eyeSquint", "eyeWide",
)  # fmt: skip

SHAPES: Final[tuple[str, ...]] = (
    *(f"{name}_{side}" for name in _PAIRED_BEFORE_JAW for side in "LR"),
    "jawForward", "jawLeft", "jawOpen", "jawRight",
    "mouthClose", "mouthDimple_L", "mouthDimple_R", "mouthFrown_L", "mouthFrown_R", "mouthFunnel", "mouthLeft",
    "mouthLowerDown_L", "mouthLowerDown_R", "mouthPress_L", "mouthPress_R", "mouthPucker", "mouthRight",
    "mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper", "mouthSmile_L", "mouthSmile_R",
    "mouthStretch_L", "mouthStretch_R", "mouthUpperUp_L", "mouthUpperUp_R", "noseSneer_L", "noseSneer_R",
    "tongueUp", "tongueOut",
)  # fmt: skip
"""Names of the shape weights, in the order of all arrays of weights: those of ICT-FaceKit in its order without the pupils (`_L` and `_R`
are the presenter's own left and right), then two of our own: `tongueUp` (tip at the upper teeth or the ridge behind them: T D N L) and
`tongueOut` (tip between the teeth: TH)."""

SHAPE_INDEX: Final[dict[str, int]] = {name: index for index, name in enumerate(SHAPES)}
"""Where each shape stands in arrays of weights."""
