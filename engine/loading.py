"""Finding the models that suit this machine, loading them and warming them up."""

import logging
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from engine.conversation.engines import Engines
from engine.errors import ModelUnavailableError
from engine.layers.audio import HEARING_RATE, VAD_FRAME
from engine.layers.cancel import CancelToken
from engine.layers.flow.silero import SileroModel
from engine.layers.flow.smart_turn import SmartTurn
from engine.layers.llm.llama import LlamaChatModel
from engine.layers.llm.protocol import Message, Sampling
from engine.layers.replica.drawn_face import DrawnReplica
from engine.layers.replica.looks import looks
from engine.layers.stt.whisper import WhisperRecognizer
from engine.layers.tts.basic_voice import BasicVoice
from engine.layers.tts.piper_voice import PiperVoiceEngine
from engine.layers.tts.protocol import Voice
from engine.settings import Settings
from models.errors import ModelError
from models.store import ModelStore
from models.tiers import Tier

log = logging.getLogger(__name__)

REMEDY = "fetch the default models with `visavis models pull --default`"


def load_engines(settings: Settings) -> Engines:
    """Load one model for each layer from the store of `settings.home`; blocking (about two seconds).

    Raises ModelUnavailableError naming the model, the file and the command that mends it.
    """
    store, tier = ModelStore(settings.home), machine_tier()
    # Each loader spends its time in native code, so they load side by side.
    with ThreadPoolExecutor(max_workers=3, thread_name_prefix="load") as pool:
        chat = pool.submit(lambda: _load_chat(store, tier, settings))
        recognizer = pool.submit(lambda: _load_recognizer(store, tier, settings))
        vad = SileroModel(_only(_folder(store, tier, "vad", settings.language), "*.onnx"))
        end_of_turn = SmartTurn(_only(_folder(store, tier, "end_of_turn", settings.language), "*.onnx"))
        voice = _load_voice(store, tier, settings)
        faces = {look: DrawnReplica(look=look) for look in looks()}
        engines = Engines(
            open_vad=vad.open,
            end_of_turn=end_of_turn,
            recognizer=recognizer.result(),
            chat=chat.result(),
            voice=voice,
            replica=lambda presenter: faces.get(presenter) or next(iter(faces.values())),
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


def _folder(store: ModelStore, tier: Tier, task: str, language: str, prefer: str = "") -> Path:
    try:
        name = store.best(task, language, tier, prefer)
        if name is None:
            raise ModelUnavailableError(f"no model for {task} in {language!r} is in the store; {REMEDY}")
        return store.checked(name)
    except ModelError as error:
        raise ModelUnavailableError(str(error)) from error


def _only(folder: Path, pattern: str) -> Path:
    found = sorted(folder.glob(pattern))
    if not found:
        raise ModelUnavailableError(f"{folder} holds no {pattern}; {REMEDY}")
    return found[0]


def _load_chat(store: ModelStore, tier: Tier, settings: Settings) -> LlamaChatModel:
    folder = _folder(store, tier, "llm", settings.language, settings.chat_model)
    return LlamaChatModel(_only(folder, "*.gguf"), gpu_layers=0 if tier is Tier.CPU else -1)


def _load_recognizer(store: ModelStore, tier: Tier, settings: Settings) -> WhisperRecognizer:
    folder = _folder(store, tier, "stt", settings.language)
    return WhisperRecognizer(folder, device="cpu" if tier is Tier.CPU else "cuda")


def _load_voice(store: ModelStore, tier: Tier, settings: Settings) -> Voice:
    try:
        name = store.best("tts", settings.language, tier, settings.voice)
    except ModelError as error:
        raise ModelUnavailableError(str(error)) from error
    if name is None:
        log.info("no voice in the store: the basic voice speaks")
        return BasicVoice()
    config = _only(_folder(store, tier, "tts", settings.language, settings.voice), "*.onnx.json")
    return PiperVoiceEngine(config.with_suffix(""), config)


def _warm_up(engines: Engines) -> None:
    """Run each model once: the first call of a runtime allocates and compiles."""
    noise = np.random.default_rng(0).normal(0, 0.05, 2 * HEARING_RATE).astype(np.float32)
    engines.open_vad().probability(noise[:VAD_FRAME])
    engines.end_of_turn.probability(noise)
    engines.recognizer.transcribe(noise)
    engines.voice.speak("Hello.")
    session = engines.chat.open_session()
    try:
        greeting = [Message("system", "You are friendly."), Message("user", "Hello.")]
        for _ in session.generate(greeting, Sampling(max_tokens=2), CancelToken()):
            pass
    finally:
        session.close()
