"""The key expressions: what is rendered once, and what the live engine mixes."""

from dataclasses import dataclass, field
from typing import Final

from models.studio.geometry import Camera, Pose

CAMERA_HEIGHT: Final = 960
CAMERA_WIDTH: Final = 1280
_FACE: Final = (0.285, 0.715, 0.19, 0.83)
"""Crop of a face key: the part of the middle square's width and of the height."""
_EYES: Final = (0.31, 0.69, 0.255, 0.52)


def _pair(name: str, weight: float) -> dict[str, float]:
    return {f"{name}_L": weight, f"{name}_R": weight}


@dataclass(frozen=True, slots=True)
class Key:
    """One picture of the presenter."""

    name: str
    sets: tuple[str, ...]
    weights: dict[str, float] = field(default_factory=dict)
    pose: Pose = field(default_factory=Pose)
    crop: tuple[float, float, float, float] | None = None

    def box(self) -> tuple[int, int, int, int]:
        """Left, top, width and height on the canvas."""
        if self.crop is None:
            return 0, 0, CAMERA_WIDTH, CAMERA_HEIGHT
        left = round((CAMERA_WIDTH - CAMERA_HEIGHT) / 2 + self.crop[0] * CAMERA_HEIGHT)
        right = round((CAMERA_WIDTH - CAMERA_HEIGHT) / 2 + self.crop[1] * CAMERA_HEIGHT)
        top, bottom = round(self.crop[2] * CAMERA_HEIGHT), round(self.crop[3] * CAMERA_HEIGHT)
        return left, top, right - left, bottom - top


def camera(eye_height: float) -> Camera:
    """The studio's camera: 140 mm on 36 mm, level with the eyes, which sit at 38 % from the top."""
    return Camera(
        CAMERA_WIDTH,
        CAMERA_HEIGHT,
        140 / 36 * CAMERA_HEIGHT,
        (CAMERA_WIDTH / 2, 0.38 * CAMERA_HEIGHT),
        (0.0, eye_height, 155.0),
    )


_SMILE: Final = _pair("mouthSmile", 0.35) | _pair("mouthStretch", 0.35)

KEYS: Final[tuple[Key, ...]] = (
    Key("rest", ("mouth", "eyes", "pose")),
    # Mouths and eyes share pictures where that is cheap: the two sets are mixed apart.
    Key("open", ("mouth", "eyes"), {"jawOpen": 0.75} | _pair("eyeBlink", 1.0), crop=_FACE),
    # The mouth and the lids half way: between shut and wide open light falls quite differently.
    Key("ajar", ("mouth", "eyes"), {"jawOpen": 0.32} | _pair("mouthLowerDown", 0.12) | _pair("eyeBlink", 0.5), crop=_FACE),
    Key(
        "smile",
        ("mouth", "eyes"),
        _SMILE | _pair("mouthLowerDown", 0.6) | _pair("mouthUpperUp", 0.45) | {"jawOpen": 0.12}
        | _pair("browInnerUp", 0.5) | _pair("browOuterUp", 0.5),
        crop=_FACE,
    ),
    Key(
        "pucker",
        ("mouth", "eyes"),
        {"mouthPucker": 0.75, "mouthFunnel": 0.25} | _pair("cheekSquint", 0.6) | _pair("eyeSquint", 0.4),
        crop=_FACE,
    ),
    Key(
        "round",
        ("mouth", "eyes"),
        {"jawOpen": 0.45, "mouthFunnel": 0.75, "mouthPucker": 0.3} | _pair("eyeLookDown", 0.6),
        Pose(gaze_y=14.0),
        crop=_FACE,
    ),
    Key(
        "teeth",
        ("mouth", "eyes"),
        {"jawOpen": 0.06, "mouthRollLower": 0.65} | _pair("mouthUpperUp", 0.35) | _pair("browDown", 0.7) | _pair("eyeSquint", 0.2),
        crop=_FACE,
    ),
    Key(
        "tongue",
        ("mouth", "eyes"),
        {"jawOpen": 0.27, "tongueOut": 0.95, "eyeLookOut_L": 0.6, "eyeLookIn_R": 0.6}
        | _pair("mouthUpperUp", 0.2) | _pair("mouthLowerDown", 0.3),
        Pose(gaze_x=16.0),
        crop=_FACE,
    ),
    Key(
        "wide",
        ("mouth", "eyes"),
        {"jawOpen": 0.5, "tongueUp": 0.5, "eyeLookIn_L": 0.6, "eyeLookOut_R": 0.6}
        | _pair("mouthUpperUp", 0.3) | _pair("mouthLowerDown", 0.5) | _pair("mouthStretch", 0.3),
        Pose(gaze_x=-16.0),
        crop=_FACE,
    ),
    Key("yaw_left", ("pose",), pose=Pose(yaw=-10.0)),
    Key("yaw_right", ("pose",), pose=Pose(yaw=10.0)),
    # In between: hair is too deep for a picture of it to be bent by more than a few degrees.
    Key("turn_left", ("pose",), pose=Pose(yaw=-5.0)),
    Key("turn_right", ("pose",), pose=Pose(yaw=5.0)),
)  # fmt: skip
