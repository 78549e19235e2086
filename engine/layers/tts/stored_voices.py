"""Voices of the model store, with the basic one behind them."""

from dataclasses import dataclass
from pathlib import Path

from engine.errors import ModelUnavailableError
from engine.layers.tts.basic_voice import BasicVoice
from engine.layers.tts.piper_voice import PiperVoiceEngine
from engine.layers.tts.protocol import Voice
from engine.layers.tts.voice_pool import VoiceChoice
from models.errors import ModelError
from models.language_table import BASIC
from models.languages import LANGUAGES, language_of, primary_code, region_of
from models.selection import Installed
from models.store import ModelStore
from models.tiers import Tier
from models.voices import best_voice, locale_of


@dataclass(frozen=True, slots=True)
class StoredVoices:
    """A `VoiceSource`: the voices of a store that suit a machine."""

    store: ModelStore
    tier: Tier = Tier.CPU
    prefer: str = ""
    """Name of the voice that is preferred where it speaks the language."""

    def choose(self, language: str, name: str = "") -> VoiceChoice | None:
        """Return the best voice for a language (BCP 47); see `VoiceSource`. Raises ModelUnavailableError."""
        if name != BASIC:
            found = best_voice(self._installed(), language, self.tier, name or self.prefer)
            if found is not None and (not name or found.name == name):
                return VoiceChoice(found.name, _tag(found))
        if name not in ("", BASIC):
            return None
        known = language_of(language)
        if known is None or not known.basic_voice:
            return None
        region = region_of(language) or known.region
        return VoiceChoice(BASIC, f"{known.code}-{region}" if region else known.code, basic=True)

    def named(self, name: str) -> VoiceChoice | None:
        """Return the voice of that name, whatever it speaks; None when it is not here. Raises ModelUnavailableError."""
        if name == BASIC:
            return VoiceChoice(BASIC, "en-US", basic=True)
        return next((VoiceChoice(name, _tag(model)) for model in self._installed() if model.name == name), None)

    def open(self, choice: VoiceChoice) -> Voice:
        """Load a voice; blocking. Raises ModelUnavailableError."""
        if choice.basic:
            return BasicVoice(choice.language)
        try:
            folder = self.store.checked(choice.name)
        except ModelError as error:
            raise ModelUnavailableError(str(error)) from error
        config = _config_in(folder)
        return PiperVoiceEngine(config.with_suffix(""), config)

    def languages(self) -> frozenset[str]:
        """Return what is spoken here (see `VoiceSource`). Raises ModelUnavailableError."""
        neural = {primary_code(code) for model in self._installed() for code in model.languages}
        return frozenset(neural | {language.code for language in LANGUAGES if language.basic_voice})

    def _installed(self) -> list[Installed]:
        try:
            return [model for model in self.store.installed() if model.task == "tts"]
        except (ModelError, OSError) as error:
            raise ModelUnavailableError(str(error)) from error


def _tag(model: Installed) -> str:
    return locale_of(model.name) or (model.languages[0] if model.languages else "und")


def _config_in(folder: Path) -> Path:
    found = sorted(folder.glob("*.onnx.json"))
    if not found:
        raise ModelUnavailableError(f"{folder} holds no *.onnx.json; fetch it again with `visavis models pull`")
    return found[0]
