"""From a recording of a person to a voice of their own: which cloning model is here, is the recording good enough, the state file."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from engine.errors import InvalidInputError, ModelUnavailableError
from engine.layers.audio import Samples
from engine.layers.resampling import resample
from engine.layers.tts.cloned_voice_model import INSTALL_PACKAGE, CloningModel, package_installed
from engine.layers.tts.cloned_voice_state import ClonedVoiceNote, Consent, write_voice
from engine.layers.tts.levelling import amplified, voice_gain
from models.errors import ModelError
from models.store import ModelStore

TASK: Final = "voice_cloning"
LEAST_SPEECH: Final = 3.0
"""Seconds of speech that a recording needs."""
MOST_HEARD: Final = 30.0
"""Seconds from its first word that are listened to."""
PULL_MODEL: Final = "fetch one with: visavis models pull pocket-tts-english_2026-10"

_SAID: Final = ("Would you like to know what the weather will be tomorrow?", "I have found four places near the river.")
"""Spoken once, to find the loudness of the voice."""
_BELOW_LOUDEST: Final = 10.0 ** (-30.0 / 20.0)
_SILENT: Final = 1e-3


@dataclass(frozen=True, slots=True)
class CloningReadiness:
    """Whether voices can be cloned, and cloned voices speak, on this machine."""

    model: str
    """Catalogue name of the cloning model; empty when there is none."""
    missing: str
    """What is missing and the command that brings it, as half a sentence; empty when all is here."""

    @property
    def ready(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing


def cloning_readiness(home: Path, language: str) -> CloningReadiness:
    """Look for the package and for a model of that language in the store below `home`; nothing is loaded. Raises ModelUnavailableError."""
    try:
        model = ModelStore(home).best(TASK, language) or ""
    except ModelError as error:
        raise ModelUnavailableError(str(error)) from error
    if not package_installed():
        return CloningReadiness(model, f"voice cloning is not installed: {INSTALL_PACKAGE}")
    if not model:
        return CloningReadiness(model, f"no voice cloning model for {language!r} is in the store: {PULL_MODEL}")
    return CloningReadiness(model, "")


def load_cloning_model(home: Path, language: str) -> CloningModel:
    """Load the model of that language from the store below `home`; blocking (seconds).

    Raises ModelUnavailableError that says what is missing and how to get it.
    """
    readiness = cloning_readiness(home, language)
    if not readiness.ready:
        raise ModelUnavailableError(readiness.missing)
    try:
        folder = ModelStore(home).checked(readiness.model)
    except ModelError as error:
        raise ModelUnavailableError(str(error)) from error
    return CloningModel(folder, language)


def clone_voice(
    samples: Samples,
    rate: int,
    destination: Path,
    *,
    model: CloningModel,
    consent: Consent,
    on_progress: Callable[[str], None] = lambda _: None,
) -> ClonedVoiceNote:
    """Make a voice of a recording (mono, `rate` Hz) and write it to `destination`, whose stem is its name; blocking (seconds).

    The caller has made sure that the person who is heard agreed; `consent` is written into the file. Raises InvalidInputError for a
    recording that does not do, ModelUnavailableError when the model cannot clone, OSError when the file cannot be written.
    """
    heard = _speech(samples, rate)
    # The network answers as loudly as it is spoken to.
    heard = amplified(heard, voice_gain([heard], rate))
    on_progress(f"listening to {heard.size / rate:.1f} s")
    state = model.listen(heard, rate)
    on_progress("finding the loudness of the voice")
    spoken = [np.concatenate(list(model.stream(state, text))) for text in _SAID]
    if not all(np.isfinite(sound).all() for sound in spoken):
        raise ModelUnavailableError(
            f"voice cloning: {model.name} speaks no valid sound; check it with: visavis models verify {model.name}"
        )
    note = ClonedVoiceNote(
        name=destination.stem,
        model=model.name,
        language=model.language,
        fingerprint=model.fingerprint,
        gain=voice_gain(spoken, model.sample_rate),
        recording_seconds=round(heard.size / rate, 3),
        recording_sha256=hashlib.sha256(resample(heard, rate, model.sample_rate).tobytes()).hexdigest(),
        consent=consent,
    )
    write_voice(destination, state, note)
    return note


def _speech(samples: Samples, rate: int) -> Samples:
    """Return what is listened to. Raises InvalidInputError when there is too little speech in it."""
    frame = max(1, rate // 50)
    if samples.ndim != 1 or not np.isfinite(samples).all():
        raise InvalidInputError("recording", f"{samples.ndim} dimensions", "one channel of finite samples is")
    frames = samples[: samples.size // frame * frame].reshape(-1, frame)
    levels = np.sqrt(np.mean(frames.astype(np.float64) ** 2, axis=1))
    loudest = float(levels.max(initial=0.0))
    loud = (
        np.flatnonzero(levels > max(loudest * _BELOW_LOUDEST, _SILENT)) if loudest > _SILENT else np.zeros(0, np.int64)
    )
    first = int(loud[0]) if loud.size else 0
    within = loud[loud < first + MOST_HEARD / 0.02]
    seconds = within.size * frame / rate
    if seconds < LEAST_SPEECH:
        raise InvalidInputError(
            "recording",
            f"{seconds:.1f} s of speech",
            f"at least {LEAST_SPEECH:g} s of speech (10 s or more do better) are",
        )
    return np.ascontiguousarray(samples[first * frame : (int(within[-1]) + 1) * frame], np.float32)
