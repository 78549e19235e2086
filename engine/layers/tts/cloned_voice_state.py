"""One file a voice: what a cloning network remembers of a person, who agreed to it, and how loud it speaks.

`HOME/voices/NAME.safetensors`, readable by the owner alone. Tensors are as `pocket_tts.export_model_state` writes them; the file's
metadata holds the rest. A safetensors file carries no code, whoever made it.
"""

import json
import os
import re
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final

from engine.errors import InvalidInputError, ModelUnavailableError

SUFFIX: Final = ".safetensors"
FOLDER: Final = "voices"
_FORMAT: Final = "visavis-cloned-voice-1"
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_TAKEN: Final = "basic"
"""The voice of last resort is called so."""
_LARGEST_HEADER: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Consent:
    """That the person who is heard agreed to be cloned."""

    declared_by: str
    """The key or command by which this was said."""
    declared_at: str
    """UTC, ISO 8601."""


@dataclass(frozen=True, slots=True)
class ClonedVoiceNote:
    """What stands beside the tensors."""

    name: str
    model: str
    """Catalogue name of the cloning model."""
    language: str
    """BCP 47."""
    fingerprint: str
    """Of the weights that made the state; others cannot read it."""
    gain: float
    """dB that bring the voice to the common loudness."""
    recording_seconds: float
    """How much of the recording was heard."""
    recording_sha256: str
    """Of the samples that were heard, as float32."""
    consent: Consent


def voice_path(home: Path, name: str) -> Path:
    """Return where the voice of that name lies, or would lie. Raises InvalidInputError for what is no name."""
    if not _NAME.fullmatch(name) or name == _TAKEN:
        raise InvalidInputError(
            "name", name, f"1 to 64 of a-z, 0-9, - and _ (first a letter or digit; not {_TAKEN!r}) are"
        )
    return home / FOLDER / f"{name}{SUFFIX}"


def cloned_voices(home: Path) -> list[ClonedVoiceNote]:
    """Return the notes of all cloned voices below `home`, by name; files that are no cloned voice are passed over."""
    found = []
    for path in sorted((home / FOLDER).glob(f"*{SUFFIX}")):
        try:
            found.append(read_note(path))
        except ModelUnavailableError:
            continue
    return found


def read_note(path: Path) -> ClonedVoiceNote:
    """Read what stands beside the tensors, from the head of the file alone. Raises ModelUnavailableError."""
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if length > _LARGEST_HEADER:
                raise ValueError("its head is too long")
            head: Any = json.loads(file.read(length))
        metadata = head["__metadata__"]
        if metadata["format"] != _FORMAT:
            raise ValueError(f"its format is {metadata['format']!r}")
        note = json.loads(metadata["note"])
        consent = Consent(**{field.name: str(note["consent"][field.name]) for field in fields(Consent)})
        return ClonedVoiceNote(
            name=str(note["name"]),
            model=str(note["model"]),
            language=str(note["language"]),
            fingerprint=str(note["fingerprint"]),
            gain=float(note["gain"]),
            recording_seconds=float(note["recording_seconds"]),
            recording_sha256=str(note["recording_sha256"]),
            consent=consent,
        )
    except FileNotFoundError as error:
        raise unavailable(path, "there is no such voice") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise unavailable(path, f"it is not a cloned voice ({error})") from error


def write_voice(path: Path, state: Any, note: ClonedVoiceNote) -> None:
    """Write a voice, whole or not at all. Raises OSError."""
    import safetensors.torch
    from pocket_tts import export_model_state

    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_suffix(".partial")
    try:
        export_model_state(state, partial)
        tensors = safetensors.torch.load_file(partial)
        metadata = {"format": _FORMAT, "note": json.dumps(asdict(note), ensure_ascii=False)}
        safetensors.torch.save_file(tensors, partial, metadata=metadata)
        partial.chmod(0o600)
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def unavailable(path: Path, why: str) -> ModelUnavailableError:
    """Return the error about a cloned voice."""
    return ModelUnavailableError(
        f"cloned voice {path}: {why}; make it with: visavis voices clone RECORDING --name {path.stem} --consent"
    )
