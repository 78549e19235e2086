"""The clips that a bench speaks: a folder with `turns.jsonl` and one sound file a line."""

import json
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from engine.errors import InvalidInputError, VisavisError
from engine.room.playout import MEDIA_RATE

INDEX = "turns.jsonl"


@dataclass(frozen=True, slots=True)
class Clip:
    """One stretch of speech."""

    path: Path
    kind: str
    """`natural`, `inserted` (a pause was put between two words) or `hold_only`."""
    true_end: float | None
    """Seconds at which the last voiced sample ends; None for a person who would go on."""
    transcript: str | None
    """Lower case, without punctuation."""
    speech: tuple[tuple[float, float], ...] = ()
    """Stretches of speech, in seconds."""
    pauses: tuple[tuple[float, float], ...] = ()
    """Those of 200 ms and more between two of them."""

    def samples(self) -> NDArray[np.float32]:
        """Return the sound, mono at 48 kHz."""
        return read_sound(self.path)


def shipped_clips() -> Path:
    """Return the folder of the clips that come with the product (spoken by its basic voice)."""
    return Path(str(files("engine.bench") / "clips"))


def load_clips(data: Path | None, sub_folder: str = "turns") -> list[Clip]:
    """Read the clips of a data folder, or of its sub-folder; None: the shipped ones. Raises InvalidInputError naming the folder."""
    folder = shipped_clips() if data is None else data
    if not (folder / INDEX).is_file():
        folder = folder / sub_folder
    index = folder / INDEX
    if not index.is_file():
        raise InvalidInputError("--data", str(data), f"a folder with {INDEX}, or with {sub_folder}/{INDEX},")
    clips = []
    for number, line in enumerate(index.read_text(encoding="utf-8").splitlines(), 1):
        try:
            row: dict[str, Any] = json.loads(line)
            stretches = [tuple((float(begin), float(end)) for begin, end in row[name]) for name in ("speech", "pauses")]
            path = folder / str(row["file"])
            clips.append(Clip(path, str(row["kind"]), row["true_end"], row["transcript"], stretches[0], stretches[1]))
        except (ValueError, KeyError, TypeError) as error:
            raise VisavisError(
                f"{index}, line {number}: {error!r}; each line is a JSON object as the README says"
            ) from error
    return clips


def read_sound(path: Path) -> NDArray[np.float32]:
    """Decode a sound file of any rate and number of channels to mono at 48 kHz. Raises VisavisError naming the file."""
    resampler = av.AudioResampler(format="flt", layout="mono", rate=MEDIA_RATE)
    parts: list[NDArray[Any]] = []
    try:
        with av.open(str(path)) as container:
            for frame in container.decode(audio=0):
                parts += [out.to_ndarray().reshape(-1) for out in resampler.resample(frame)]
        parts += [out.to_ndarray().reshape(-1) for out in resampler.resample(None)]
    except (OSError, av.FFmpegError, IndexError) as error:
        raise VisavisError(f"{path} cannot be read as sound: {error}") from error
    return np.concatenate(parts).astype(np.float32, copy=False) if parts else np.zeros(0, dtype=np.float32)
