"""The mouth read from sound alone, for speech that comes without phonemes."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.errors import ModelUnavailableError
from engine.layers.audio import MEDIA_RATE, Samples
from engine.layers.onnx_session import open_session
from engine.layers.replica.performance.articulation import ARTICULATORS, CONTACTS, shape_weights
from engine.layers.replica.performance.coarticulation import SILENT, Mouth
from engine.layers.replica.performance.easing import smooth
from engine.layers.replica.performance.sound_features import BANDS, HOP, SILENCE, WINDOW, log_mel
from models.blendshapes import SHAPE_INDEX

FEATURES: Final = ARTICULATORS + CONTACTS

Mouths: TypeAlias = NDArray[np.float32]
"""Shape [n, FEATURES]: one mouth as `features_of` puts it per 20 ms."""

STEP: Final = MEDIA_RATE // 50
"""Media samples from one mouth to the next."""
SPECTRA_PER_MOUTH: Final = 2
SPECTRA: Final = 61
"""Spectra that the network looks at for one mouth."""
AHEAD: Final = 12
"""How many of them lie after it; with half a window the mouth is known 133 ms after its sound."""

_FADE: Final = 0.1 * MEDIA_RATE  # sound that is cut dies away over this
_NOTHING: Final = 0.03  # what the network gives for silence may be so much
_SPEECH: Final = 0.3  # all features together from which it is speech for sure
_SURE, _UNSURE = 0.65, 0.3  # between these a contact comes to be made

_SHAPES: Final = ("jawOpen", "mouthLowerDown_L", "mouthUpperUp_L", "mouthStretch_L", "mouthPucker", "mouthFunnel")
"""The shape that shows each articulator."""


class MouthReader:
    """The network, shared by all conversations."""

    def __init__(self, path: Path) -> None:
        """Load the network; raises ModelUnavailableError when the file is missing, damaged or of another kind."""
        self._session: Any = open_session(path)
        try:
            read = self.read(np.full((SPECTRA, BANDS), SILENCE, np.float32))
        except Exception as error:  # whatever onnxruntime raises
            raise ModelUnavailableError(f"{path} reads no mouths from sound ({error}); install it again") from error
        if read.shape != (1, FEATURES):
            raise ModelUnavailableError(
                f"{path} gives {read.shape} for one mouth, not (1, {FEATURES}); install it again"
            )

    def read(self, spectra: NDArray[np.float32]) -> Mouths:
        """Return the mouths of spectra: the first one needs `SPECTRA` of them, each further one `SPECTRA_PER_MOUTH` more. Thread-safe."""
        mouths: Mouths = self._session.run(None, {"spectra": spectra[None]})[0][0]
        return mouths

    def listen(self) -> "Listening":
        """Start to read a stream of sound."""
        return Listening(self)


class Listening:
    """One stream of sound, read as it comes."""

    def __init__(self, reader: MouthReader) -> None:
        self._reader = reader
        # The first spectrum is centred on the first sample; before it was silence.
        self._samples: Samples = np.zeros(WINDOW // 2, np.float32)
        self._spectra = np.full((SPECTRA - 1 - AHEAD, BANDS), SILENCE, np.float32)

    def hear(self, samples: Samples) -> Mouths:
        """Take the next samples (16 kHz) and return the mouths that are known by now, in order from the start of the stream."""
        self._samples = np.concatenate([self._samples, samples])
        spectra = log_mel(self._samples)
        self._samples = self._samples[len(spectra) * HOP :]
        self._spectra = np.concatenate([self._spectra, spectra])
        ready = (len(self._spectra) - SPECTRA) // SPECTRA_PER_MOUTH + 1
        if ready <= 0:
            return np.empty((0, FEATURES), np.float32)
        mouths = self._reader.read(self._spectra[: SPECTRA + (ready - 1) * SPECTRA_PER_MOUTH])
        self._spectra = self._spectra[ready * SPECTRA_PER_MOUTH :]
        return mouths

    def finish(self) -> Mouths:
        """Return the mouths of the end of the stream, which silence follows."""
        return self.hear(np.zeros(AHEAD * HOP + WINDOW + SPECTRA_PER_MOUTH * HOP, np.float32))


@dataclass(slots=True)
class _Piece:
    start: int
    mouths: Mouths
    until: float = math.inf


class HeardMouth:
    """Mouths read from sound, on the media clock. Not thread-safe. Forgets what lies behind the last position asked for."""

    def __init__(self) -> None:
        self._pieces: list[_Piece] = []

    def hear(self, start: int, mouths: Mouths) -> None:
        """Add the mouths of a piece of sound; the first one is at this media sample."""
        self._pieces.append(_Piece(start, mouths))

    def silence_from(self, position: int) -> None:
        """Let what was heard die away from `position` on: nothing of it shows 100 ms later."""
        for piece in self._pieces:
            piece.until = min(piece.until, position)

    def at(self, position: int) -> Mouth:
        """Return the mouth at a media sample; positions should only grow."""
        self._pieces = [piece for piece in self._pieces if piece.start + len(piece.mouths) * STEP > position]
        total = np.zeros(FEATURES)
        for piece in self._pieces:
            lives = smooth(1.0 - (position - piece.until) / _FADE)
            before, within = divmod(position - piece.start, STEP)
            share = within / STEP
            for index, weight in ((before, 1.0 - share), (before + 1, share)):
                if 0 <= index < len(piece.mouths):
                    total += lives * weight * piece.mouths[index]
        total = np.clip(total - _NOTHING, 0.0, 1.0)
        return mouth_of(total.astype(np.float32)) if total.any() else SILENT


def features_of(mouth: Mouth) -> NDArray[np.float32]:
    """Return what the network learns of a mouth: a number 0..1 per `Articulator`, then one per `Contact`."""
    places = (mouth.weights[SHAPE_INDEX[name]] for name in _SHAPES)
    ridge = mouth.weights[SHAPE_INDEX["tongueUp"]]
    return np.array([*places, mouth.seal, mouth.tuck, mouth.between, ridge], np.float32)


def mouth_of(features: NDArray[np.float32]) -> Mouth:
    """Return the mouth that has these features; a contact that is likely is made."""
    contacts = np.array([smooth((value - _UNSURE) / (_SURE - _UNSURE)) for value in features[ARTICULATORS:].tolist()])
    seal, tuck, between, _ = (float(value) for value in contacts)
    weights = shape_weights(features[:ARTICULATORS], contacts.astype(np.float32), 0.0)
    return Mouth(weights, seal, tuck, between, smooth(float(features.sum()) / _SPEECH))
