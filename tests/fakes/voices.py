"""Voices that are tones, by language."""

import threading

from engine.errors import ModelUnavailableError
from engine.layers.tts.protocol import Voice
from engine.layers.tts.voice_pool import VoiceChoice
from tests.fakes.layers import ToneVoice


class NamedTone(ToneVoice):
    def __init__(self, name: str, language: str, *, basic: bool = False) -> None:
        super().__init__()
        self.name, self.language, self.basic = name, language, basic


class Shelf:
    """A voice source of tones: `codes` have a voice of their own, the basic one speaks `basic`."""

    def __init__(self, *codes: str, basic: tuple[str, ...] = ()) -> None:
        self.codes, self.basic = list(codes), basic
        self.opened: list[str] = []
        self.voices: dict[str, NamedTone] = {}
        """Those that were opened, by name."""
        self.damaged: set[str] = set()
        self.gates: dict[str, threading.Event] = {}

    def choose(self, language: str, name: str = "") -> VoiceChoice | None:
        code = language.split("-", maxsplit=1)[0]
        if code in self.codes and name in ("", f"voice-{code}"):
            return VoiceChoice(f"voice-{code}", code)
        return VoiceChoice("basic", code, basic=True) if code in self.basic and name in ("", "basic") else None

    def languages(self) -> frozenset[str]:
        return frozenset({*self.codes, *self.basic})

    def open(self, choice: VoiceChoice) -> Voice:
        self.opened.append(f"{choice.name} {choice.language}")
        gate = self.gates.get(choice.name)
        if gate is not None:
            gate.wait(60)
        if choice.name in self.damaged:
            raise ModelUnavailableError("damaged")
        self.voices[choice.name] = NamedTone(choice.name, choice.language, basic=choice.basic)
        return self.voices[choice.name]
