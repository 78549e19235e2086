"""The appliance's own choice of models, files and settings, as a peer is given them."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from engine.bench.peer.pipecat_pipeline.plan import Plan
from engine.bench.peer.variants import Variant
from engine.conversation.prompt import PromptBuilder
from engine.errors import InvalidInputError
from engine.layers.llm.protocol import Sampling
from engine.layers.tts.stored_voices import StoredVoices
from engine.model_folders import best_folder, checked_folder, only_file
from engine.settings import Settings
from engine.store.records import PersonaRecord
from engine.store.stock import DEFAULT_PERSONA_ID, load_stock
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
    choice = StoredVoices(store, tier, settings.voice).choose(settings.language)
    if choice is None or choice.basic:
        raise InvalidInputError(
            "voice", settings.voice or "basic", "a Piper voice in the store is, for a comparison with a peer"
        )
    return SameModels(
        whisper=best_folder(store, tier, "stt", settings.language),
        chat=only_file(best_folder(store, tier, "llm", settings.language, settings.chat_model), "*.gguf"),
        voice=only_file(checked_folder(store, choice.name), "*.onnx"),
        vad=only_file(best_folder(store, tier, "vad", settings.language), "*.onnx"),
        smart_turn=only_file(best_folder(store, tier, "end_of_turn", settings.language), "*.onnx"),
        tier=tier,
    )


def same_prompt(now: datetime) -> str:
    """Return the system prompt of the stock persona, word for word as a call has it."""
    persona = next(persona for persona in load_stock().personas if persona.persona_id == DEFAULT_PERSONA_ID)
    record = PersonaRecord(persona.persona_id, persona.persona_name, persona.fields, "system", "", "")
    return PromptBuilder(record, "", now).system().content
