"""Finding the models that suit this machine, loading them and warming them up."""

import logging
import shutil
import subprocess
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import numpy as np

from engine.conversation.engines import Engines
from engine.errors import ModelUnavailableError
from engine.jobs.cloned_voice import cloned_voice_of
from engine.layers.audio import HEARING_RATE, VAD_FRAME
from engine.layers.cancel import CancelToken
from engine.layers.echo.guard import EchoGuard
from engine.layers.echo.reference import Reference
from engine.layers.flow.judging import FusedJudge, TurnJudge
from engine.layers.flow.silero import SileroModel
from engine.layers.flow.smart_turn import SmartTurn
from engine.layers.flow.waiting import WaitingModel
from engine.layers.flow.words_end import WordsEnd
from engine.layers.llm.llama import LlamaChatModel
from engine.layers.llm.protocol import Message, Sampling
from engine.layers.replica.performance.hearing import MouthReader
from engine.layers.replica.presenter.cast import Cast
from engine.layers.stt.whisper import WhisperRecognizer
from engine.layers.tts.cloned_voice_pool import ClonedVoicePool
from engine.layers.tts.protocol import Voice
from engine.layers.tts.stored_voices import StoredVoices
from engine.layers.tts.voice_pool import VoicePool
from engine.model_folders import best_folder, checked_folder, only_file
from engine.network import NetworkPolicy
from engine.settings import Settings
from engine.store.stock import DEFAULT_REPLICA_ID, load_stock
from models.catalogue import ANY_LANGUAGE
from models.languages import LANGUAGES, primary_code
from models.shipped import shipped
from models.store import ModelStore
from models.tiers import Tier

log = logging.getLogger(__name__)

WORDS_MODEL: Final = "smollm2-135m-instruct"
"""Whose probabilities the weights of `models/turn_end` were learnt with; another model's would mean something else."""


def load_engines(settings: Settings) -> Engines:
    """Load one model for each layer from the store of `settings.home`; blocking (about two seconds).

    Raises ModelUnavailableError naming the model, the file and the command that mends it.
    """
    store, tier = ModelStore(settings.home), machine_tier()
    # Each loader spends its time in native code, so they load side by side.
    with ThreadPoolExecutor(max_workers=3, thread_name_prefix="load") as pool:
        chat = pool.submit(lambda: _load_chat(store, tier, settings))
        recognizer = pool.submit(lambda: _load_recognizer(store, tier, settings))
        vad = SileroModel(only_file(best_folder(store, tier, "vad", settings.language), "*.onnx"))
        end_of_turn = SmartTurn(only_file(best_folder(store, tier, "end_of_turn", settings.language), "*.onnx"))
        turn_judge = load_turn_judge(store)
        voices = _load_voices(store, tier, settings)
        cast = _load_cast(settings)
        engines = Engines(
            open_vad=vad.open,
            open_guard=EchoGuard,
            end_of_turn=end_of_turn,
            recognizer=recognizer.result()[0],
            chat=chat.result(),
            voices=voices,
            replica=cast.replica,
            hears=recognizer.result()[1],
            own_voice=_own_voices(settings),
            turn_judge=turn_judge,
            network=NetworkPolicy(offline=settings.offline, allow_hosts=settings.allow_hosts),
            voice_named=bool(settings.voice),
        )
    _warm_up(engines)
    return engines


def machine_tier() -> Tier:
    """Return the class of this machine by the memory of its NVIDIA GPU, as its driver reports it."""
    command = shutil.which("nvidia-smi")
    if command is None:
        return Tier.CPU
    try:
        reported = subprocess.run(
            [command, "--query-gpu=memory.total", "--format=csv,noheader,nounits"],
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        ).stdout
        return Tier.for_gpu_memory(max(float(line) for line in reported.split()))
    except (OSError, ValueError, subprocess.SubprocessError):
        return Tier.CPU


def _load_chat(store: ModelStore, tier: Tier, settings: Settings) -> LlamaChatModel:
    folder = best_folder(store, tier, "llm", settings.language, settings.chat_model)
    return LlamaChatModel(only_file(folder, "*.gguf"), gpu_layers=0 if tier is Tier.CPU else -1)


def _load_recognizer(store: ModelStore, tier: Tier, settings: Settings) -> tuple[WhisperRecognizer, frozenset[str]]:
    """Return the recogniser, and the ISO 639-1 codes of what it understands."""
    folder = best_folder(store, tier, "stt", settings.language)
    recognizer = WhisperRecognizer(folder, device="cpu" if tier is Tier.CPU else "cuda")
    languages = next(model.languages for model in store.installed() if model.folder == folder)
    known = (language.code for language in LANGUAGES) if ANY_LANGUAGE in languages else map(primary_code, languages)
    # What the weights themselves say counts for more than what the manifest says.
    return recognizer, frozenset(known) if recognizer.multilingual else frozenset({"en"})


def load_turn_judge(store: ModelStore) -> TurnJudge | None:
    """Load what weighs words for `sparrow-1`; None where they are not here, which costs patience and no conversation."""
    try:
        words = WordsEnd(only_file(checked_folder(store, WORDS_MODEL), "*.gguf"))
    except ModelUnavailableError as error:
        log.warning("ends of turns are told by sound alone: %s", error)
        return None
    return FusedJudge(words, WaitingModel.load(shipped("turn_end", "waiting.json")))


def _load_voices(store: ModelStore, tier: Tier, settings: Settings) -> VoicePool:
    """Open the voice of the appliance's own language; those of other languages are opened when they are needed."""
    source = StoredVoices(store, tier, settings.voice)
    wished = source.named(settings.voice) if settings.voice else None
    choice = wished or source.choose(settings.language)
    if choice is None:
        raise ModelUnavailableError(
            f"no voice for {settings.language!r} is in the store; see what there is with `visavis voices languages`"
        )
    return VoicePool(source.open(choice), source)


def _load_cast(settings: Settings) -> Cast:
    """Open the presenters that are shipped, and load the one that most calls show."""
    width, height = settings.picture
    reader = MouthReader(shipped("visemes", "visemes.onnx"))
    cast = Cast(shipped("presenters"), shipped("backdrops"), width=width, height=height, reader=reader)
    usual = next(replica for replica in load_stock().replicas if replica.replica_id == DEFAULT_REPLICA_ID)
    cast.replica(str(usual.fields["presenter"]), str(usual.fields["backdrop"]))
    return cast


def _own_voices(settings: Settings) -> Callable[[Mapping[str, Any]], Voice | None]:
    """Return what finds the own voice of a replica; each is loaded when it is first needed."""
    cloned = ClonedVoicePool(settings.home)

    def own_voice(fields: Mapping[str, Any]) -> Voice | None:
        name = cloned_voice_of(fields)
        return None if name is None else cloned.voice(name)

    return own_voice


def _warm_up(engines: Engines) -> None:
    """Run each model once: the first call of a runtime allocates and compiles."""
    noise = np.random.default_rng(0).normal(0, 0.05, 2 * HEARING_RATE).astype(np.float32)
    engines.open_vad().probability(noise[:VAD_FRAME])
    engines.open_guard(Reference()).hear(noise[:VAD_FRAME])
    engines.end_of_turn.probability(noise)
    if engines.turn_judge is not None:
        engines.turn_judge.examine(0.5, "Hello.")
    engines.recognizer.transcribe(noise)
    engines.voice.speak("Hello.")
    session = engines.chat.open_session()
    try:
        greeting = [Message("system", "You are friendly."), Message("user", "Hello.")]
        for _ in session.generate(greeting, Sampling(max_tokens=2), CancelToken()):
            pass
    finally:
        session.close()
