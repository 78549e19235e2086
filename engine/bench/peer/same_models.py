"""The appliance's own choice of models, files and settings, as a peer is given them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from engine.bench.peer.pipecat_pipeline.plan import Plan
from engine.bench.peer.variants import Variant
from engine.conversation.prompt import PromptBuilder
from engine.errors import InvalidInputError, ModelUnavailableError
from engine.layers.llm.protocol import Sampling
from engine.layers.tts.stored_voices import StoredVoices
from engine.settings import Settings
from engine.store.records import PersonaRecord
from engine.store.stock import DEFAULT_PERSONA_ID, load_stock
from models.errors import ModelError
from models.store import ModelStore
from models.tiers import Tier

SEED: Final = 1
CONTEXT: Final = 2048
"""Tokens of the chat model's context."""
THREADS: Final = 1
"""Of the chat model, as the appliance has it."""
_TOP_K: Final = 40
_LANGUAGE: Final = "en"


@dataclass(frozen=True, slots=True)
class SameModels:
    """Where the files are that the appliance loads with the same settings."""

    whisper: Path
    chat: Path
    voice: Path
    vad: Path
    smart_turn: Path
    tier: Tier

    def plan(self, variant: Variant, now: datetime, *, context: int = CONTEXT) -> Plan:
        """Return what the peer's process is told; `now` carries the local zone and stands in the prompt, `context` is in tokens."""
        sampling = Sampling(seed=SEED)
        gpu = self.tier is not Tier.CPU
        return Plan(
            whisper=str(self.whisper),
            chat=str(self.chat),
            voice=str(self.voice),
            vad=str(self.vad),
            smart_turn=str(self.smart_turn),
            device="cuda" if gpu else "cpu",
            gpu_layers=-1 if gpu else 0,
            system_prompt=same_prompt(now),
            context=context,
            threads=THREADS,
            temperature=sampling.temperature,
            top_p=sampling.top_p,
            top_k=_TOP_K,
            repeat_penalty=sampling.repeat_penalty,
            max_tokens=sampling.max_tokens,
            seed=SEED,
            stop_secs=variant.stop_secs,
            beam=variant.beam,
            compute_type="int8_float16" if gpu and variant.compute_type == "int8" else variant.compute_type,
        )


def same_models(settings: Settings, tier: Tier) -> SameModels:
    """Find the files in the store of `settings.home`.

    Raises ModelUnavailableError naming the task and the command that mends it, and InvalidInputError where the appliance would speak
    with its basic voice or another language than English, which the peer cannot.
    """
    if settings.language != _LANGUAGE:
        raise InvalidInputError("language", settings.language, "for a comparison with a peer, en is")
    store = ModelStore(settings.home)
    folder = _folders(store, settings, tier)
    choice = StoredVoices(store, tier, settings.voice).choose(settings.language)
    if choice is None or choice.basic:
        raise InvalidInputError(
            "voice", settings.voice or "basic", "a Piper voice in the store is, for a comparison with a peer"
        )
    return SameModels(
        whisper=folder("stt", ""),
        chat=_only(folder("llm", settings.chat_model), "*.gguf"),
        voice=_only(_checked(store, choice.name), "*.onnx"),
        vad=_only(folder("vad", ""), "*.onnx"),
        smart_turn=_only(folder("end_of_turn", ""), "*.onnx"),
        tier=tier,
    )


def same_prompt(now: datetime) -> str:
    """Return the system prompt of the stock persona, word for word as a call has it."""
    persona = next(persona for persona in load_stock().personas if persona.persona_id == DEFAULT_PERSONA_ID)
    record = PersonaRecord(persona.persona_id, persona.persona_name, persona.fields, "system", "", "")
    return PromptBuilder(record, "", now).system().content


def _folders(store: ModelStore, settings: Settings, tier: Tier) -> Callable[[str, str], Path]:
    def folder(task: str, prefer: str) -> Path:
        try:
            name = store.best(task, settings.language, tier, prefer)
        except ModelError as error:
            raise ModelUnavailableError(str(error)) from error
        if name is None:
            raise ModelUnavailableError(
                f"no model for {task} is in the store {store.root}; fetch the default models with `visavis models pull --default`"
            )
        return _checked(store, name)

    return folder


def _checked(store: ModelStore, name: str) -> Path:
    try:
        return store.checked(name)
    except ModelError as error:
        raise ModelUnavailableError(str(error)) from error


def _only(folder: Path, pattern: str) -> Path:
    found = sorted(folder.glob(pattern))
    if not found:
        raise ModelUnavailableError(
            f"{folder} holds no {pattern}; fetch the default models with `visavis models pull --default`"
        )
    return found[0]
