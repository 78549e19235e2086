"""The contact sheet of a presenter as the live engine shows it: whatever a conversation asks of a face, in one picture."""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont  # type: ignore[import-not-found,unused-ignore]

from engine.layers.replica.performance.articulation import CONTACTS, Contact, shape_weights, targets_of, touch
from engine.layers.replica.performance.expression import Expression
from engine.layers.replica.performance.feelings import EMOTIONS, Feeling
from engine.layers.replica.protocol import ReplicaState
from models.blendshapes import SHAPE_INDEX, SHAPES
from models.studio.checks.live import Live, bytes_of
from models.studio.checks.playing import Moment, play

MOST_BYTES: Final = 250_000
_VISEMES: Final = (
    ("P B M", "p"), ("F V", "f"), ("TH", "θ"), ("T D N L", "t"), ("S Z", "s"), ("SH CH", "ʃ"), ("R", "ɹ"), ("AH", "ɑ"),
    ("EH", "ɛ"), ("EE", "i"), ("OH", "o"), ("OO W", "u"),
)  # fmt: skip
_ASIDE: Final = 12.0  # degrees
_LID_DEGREES: Final = 28.0
_CUT: Final = (0.17, 0.07, 0.83, 0.73)
"""What of the square picture is shown."""
_TILE: Final = 224
_LABEL: Final = 20
_COLUMNS: Final = 8


def tiles(seed: int) -> list[tuple[str, Expression]]:
    """Every tile's label and what it shows."""
    look = _ASIDE / _LID_DEGREES
    faces = [
        ("neutral", face({})),
        ("smile", face({"mouthSmile": 0.5, "mouthDimple": 0.1, "cheekSquint": 0.35, "cheekRaiser": 0.2})),
        *((label, viseme(phoneme)) for label, phoneme in _VISEMES),
        ("eyes left", face({"eyeLookIn_L": look, "eyeLookOut_R": look}, gaze_x=-_ASIDE)),
        ("eyes right", face({"eyeLookOut_L": look, "eyeLookIn_R": look}, gaze_x=_ASIDE)),
        ("eyes half closed", face({"eyeBlink": 0.5})),
        ("eyes closed", face({"eyeBlink": 1.0})),
        *((f"{abs(yaw):.0f}° {'left' if yaw < 0 else 'right'}", face({}, yaw=yaw)) for yaw in (-10.0, -6.0, 6.0, 10.0)),
    ]
    moments = play(seed)
    faces.append(("speaking", _chosen(moments, ReplicaState.SPEAKING).expression))
    faces.append(("listening", _chosen(moments, ReplicaState.LISTENING).expression))
    return faces + [(name, _felt(feeling)) for name, feeling in EMOTIONS.items()]


def face(weights: Mapping[str, float], *, yaw: float = 0.0, gaze_x: float = 0.0) -> Expression:
    """An expression by shape; a name without `_L` and `_R` stands for both sides."""
    values = np.zeros(len(SHAPES), np.float32)
    for name, weight in weights.items():
        for shape in (name,) if name in SHAPE_INDEX else (f"{name}_L", f"{name}_R"):
            values[SHAPE_INDEX[shape]] = weight
    return Expression(values, yaw=yaw, gaze_x=gaze_x)


def viseme(phoneme: str) -> Expression:
    """The face of a phoneme that is held."""
    target = targets_of(phoneme)[0]
    contacts = np.zeros(CONTACTS, np.float32)
    if target.contact is not None:
        contacts[target.contact] = 1.0
    weights = shape_weights(np.array(target.places, np.float32), contacts, float(target.puffs))
    touch(weights, *(float(contacts[contact]) for contact in (Contact.SEAL, Contact.TUCK, Contact.BETWEEN)))
    return Expression(np.clip(weights, 0.0, 1.0))


def write_sheet(live: Live, seed: int, target: Path) -> int:
    """Draw all tiles into one WebP of at most `MOST_BYTES`; returns its size."""
    painter, side = live.replica.painter(), live.framing.width
    cut = tuple(round(share * side) for share in _CUT)
    shown = tiles(seed)
    rows = -(-len(shown) // _COLUMNS)
    sheet = Image.new("RGB", (_COLUMNS * _TILE, rows * (_TILE + _LABEL)), (28, 28, 30))
    font = ImageFont.load_default(13)
    for index, (label, expression) in enumerate(shown):
        picture = Image.fromarray(bytes_of(painter.draw(expression))).crop(cut)
        x, y = index % _COLUMNS * _TILE, index // _COLUMNS * (_TILE + _LABEL)
        sheet.paste(picture.resize((_TILE, _TILE), Image.Resampling.LANCZOS), (x, y + _LABEL))
        ImageDraw.Draw(sheet).text((x + 5, y + 2), label, fill=(235, 235, 235), font=font)
    data = _small(sheet)
    target.write_bytes(data)
    return len(data)


def _chosen(moments: Sequence[Moment], state: ReplicaState) -> Moment:
    """The widest open mouth among the frames without a blink; at its end for who listens."""
    awake = [
        moment
        for moment in moments
        if moment.state is state and moment.expression.weights[SHAPE_INDEX["eyeBlink_L"]] < 0.02
    ]
    return max(awake, key=lambda moment: moment.asked) if state is ReplicaState.SPEAKING else awake[-1]


def _felt(feeling: Feeling) -> Expression:
    held = face(feeling.weights)
    return Expression(held.weights, feeling.yaw, feeling.pitch, feeling.roll)


def _small(sheet: Image.Image) -> bytes:
    for quality in range(88, 20, -6):
        kept = io.BytesIO()
        sheet.save(kept, "WEBP", quality=quality, method=6)
        if kept.tell() <= MOST_BYTES:
            break
    return kept.getvalue()
