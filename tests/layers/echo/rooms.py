"""Rooms with a loudspeaker and a microphone: own voices, echo paths, people and noise, the same in every run."""

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from engine.layers.audio import HEARING_RATE, Samples
from engine.layers.resampling import resample
from engine.layers.tts.basic_voice import BasicVoice
from engine.layers.tts.piper_voice import PiperVoiceEngine
from engine.layers.tts.protocol import Voice
from models.shipped import shipped
from tests.layers.sounds import noise, read, shared_folder, silence

_SAID: Final = (
    "Good morning, and thank you for coming.",
    "I would like to tell you about the house in which we are going to live.",
    "It has three rooms, a small kitchen, and a garden full of apple trees.",
    "Every summer the whole family meets there, and we cook together until late in the evening.",
    "My brother usually brings his guitar, although nobody has ever asked him to play it.",
    "Last year it rained for nine days, so we read every book that we could find.",
    "Do you want to know what happened then?",
    "A neighbour knocked on the door and asked whether we could look after her horse.",
    "We said yes, of course, without thinking about it for one moment.",
    "It turned out to be the best decision of the whole year.",
)
_PERSON: Final = "Sorry, may I ask you something about the garden?"


@dataclass(frozen=True, slots=True)
class Path:
    """How the loudspeaker reaches the microphone."""

    level: float
    """dB of the echo against what is played."""
    delay: int
    """Milliseconds."""
    drift: float = 50.0
    """Parts per million by which the microphone's clock is slow."""
    reverberation: float = 0.25
    """Seconds until the room is 60 dB down."""

    def echo(self, played: Samples, seed: int = 0) -> Samples:
        """Return what of `played` reaches the microphone, as many samples at 16 kHz."""
        around = np.convolve(played.astype(np.float64), self.impulse_response(seed))[: played.size]
        at = np.arange(played.size) * (1.0 + self.drift * 1e-6) - self.delay * HEARING_RATE / 1000
        heard = np.interp(at, np.arange(played.size), around, left=0.0, right=0.0)
        loudness = np.sqrt(np.mean(around**2) / np.mean(played.astype(np.float64) ** 2))
        return np.asarray(heard * 10.0 ** (self.level / 20.0) / loudness, dtype=np.float32)

    def impulse_response(self, seed: int = 0) -> Samples:
        """Return a direct sound and a decaying tail with no more strength than it."""
        drawn = np.random.default_rng(seed)
        size = int(self.reverberation * HEARING_RATE)
        tail = drawn.normal(size=size) * 10.0 ** (-3.0 * np.arange(size) / size)
        tail[: HEARING_RATE // 500] = 0.0
        response = tail / np.sqrt(np.sum(tail**2))
        response[0] = 1.0
        return np.asarray(response, dtype=np.float32)


@cache
def voice_of(name: str) -> Voice:
    """Return a shipped voice, or the basic one."""
    if name == "basic":
        return BasicVoice()
    [path] = sorted(shipped("voices", name).glob("*.onnx"))
    return PiperVoiceEngine(path, path.with_suffix(".onnx.json"))


@cache
def told(name: str = "en_US-vera-medium") -> Samples:
    """Return what the replica says: about 45 s of one voice, a short silence before and after."""
    clauses = [voice_of(name).speak(text) for text in _SAID]
    spoken = [resample(clause.samples, clause.sample_rate, HEARING_RATE) for clause in clauses]
    return np.concatenate([silence(0.5), *spoken, silence(1.0)])


@cache
def people() -> tuple[tuple[str, Samples], ...]:
    """Return short turns of persons by name: recorded ones where they are, else the other shipped voice."""
    folder = shared_folder("barge")
    if folder is not None:
        return tuple((path.stem, read(path)) for path in sorted(folder.glob("bi_*.flac")))
    clause = voice_of("en_US-hugo-medium").speak(_PERSON)
    return (("hugo", resample(clause.samples, clause.sample_rate, HEARING_RATE)),)


def background(size: int, level: float = -60.0, seed: int = 1) -> Samples:
    """Return a steady noise such as a fan makes; `level` in dB of full scale."""
    white = noise(size / HEARING_RATE + 1.0, 1.0, seed)[: size + 64]
    pink = np.convolve(white, 0.9 ** np.arange(65), mode="valid")
    return np.asarray(pink * (10.0 ** (level / 20.0) / np.sqrt(np.mean(pink**2))), dtype=np.float32)[:size]
