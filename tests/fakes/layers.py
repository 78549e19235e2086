"""A complete, deterministic fake of each layer, so that a whole conversation is a repeatable test without a model."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from engine.conversation.engines import Engines
from engine.layers.audio import VAD_FRAME, Samples
from engine.layers.cancel import CancelToken
from engine.layers.llm.protocol import Message, Sampling
from engine.layers.replica.protocol import FaceSpeech, Picture, ReplicaState
from engine.layers.stt.protocol import Transcription
from engine.layers.tts.protocol import PhonemeSpan, SpokenClause


class LevelVad:
    """Hears speech in every frame louder than 0.01."""

    def probability(self, frame: Samples) -> float:
        assert frame.shape == (VAD_FRAME,)
        return 1.0 if float(np.abs(frame).max()) > 0.01 else 0.0

    def reset(self) -> None:
        pass


@dataclass
class ScriptedEndOfTurn:
    """Gives its answers in order, then the last one for ever."""

    answers: list[float] = field(default_factory=lambda: [1.0])
    asked: int = 0

    def probability(self, audio: Samples) -> float:
        self.asked += 1
        return self.answers[min(self.asked, len(self.answers)) - 1]


@dataclass
class ScriptedRecognizer:
    """Understands the next sentence of its script each time the sound has grown silent; the sound itself does not matter."""

    script: list[str]
    calls: list[float] = field(default_factory=list)
    turns: int = 0

    def next_turn(self) -> None:
        self.turns += 1

    def transcribe(
        self, audio: Samples, *, language: str = "en", hotwords: str = "", cancel: CancelToken | None = None
    ) -> Transcription:
        self.calls.append(audio.size / 16_000)
        text = self.script[min(self.turns, len(self.script) - 1)] if self.script else ""
        return Transcription("" if cancel and cancel.cancelled else text, -0.1, False, 1.0)


class ScriptedSession:
    def __init__(self, model: "ScriptedModel") -> None:
        self._model = model

    def prefill(self, messages: Sequence[Message], cancel: CancelToken) -> None:
        self._model.prefilled.append(list(messages))

    def generate(self, messages: Sequence[Message], sampling: Sampling, cancel: CancelToken) -> Iterator[str]:
        self._model.prompts.append(list(messages))
        for word in self._model.answer(messages).split(" "):
            if cancel.cancelled:
                self._model.cancelled += 1
                return
            self._model.pace.wait(self._model.seconds_per_word)
            yield word + " "

    def close(self) -> None:
        self._model.open_sessions -= 1


class ScriptedModel:
    """Answers each prompt with the next line of its script (the last one for ever)."""

    name = "scripted"

    def __init__(self, script: list[str], seconds_per_word: float = 0.0) -> None:
        self.script = script
        self.seconds_per_word = seconds_per_word
        self.prompts: list[list[Message]] = []
        self.prefilled: list[list[Message]] = []
        self.cancelled = 0
        self.open_sessions = 0
        self.pace = threading.Event()

    def answer(self, messages: Sequence[Message]) -> str:
        return self.script[min(len(self.prompts), len(self.script)) - 1]

    def open_session(self) -> ScriptedSession:
        self.open_sessions += 1
        return ScriptedSession(self)

    def close(self) -> None:
        assert self.open_sessions == 0


class ToneVoice:
    """Says each word as 200 ms of a 440 Hz tone, with one open vowel a word."""

    name = "tone"
    language = "en-US"
    basic = True

    def speak(self, text: str, *, speed: float = 1.0, cancel: CancelToken | None = None) -> SpokenClause:
        rate, words = 16_000, len(text.split())
        length = int(words * 0.2 * rate / speed)
        time = np.arange(length, dtype=np.float32) / rate
        spans = tuple(PhonemeSpan("a", i * length // words, length // words) for i in range(words))
        return SpokenClause(text, (0.3 * np.sin(2 * np.pi * 440 * time)).astype(np.float32), rate, spans)


class GreyFace:
    """A face that is a grey level: 200 while something is said at the position, else 50."""

    def __init__(self) -> None:
        self.said: list[FaceSpeech] = []
        self.silenced: list[int] = []
        self.states: list[ReplicaState] = []
        self.closed = False

    def say(self, speech: FaceSpeech) -> None:
        self.said.append(speech)

    def silence_from(self, position: int) -> None:
        self.silenced.append(position)

    def frame(self, position: int, state: ReplicaState) -> Picture:
        self.states.append(state)
        grey = 200 if state is ReplicaState.SPEAKING else 50
        picture = np.full((96, 64), 128, dtype=np.uint8)
        picture[:64] = grey
        return picture

    def close(self) -> None:
        self.closed = True


class GreyReplica:
    width = 64
    height = 64
    frames_per_second = 25

    def __init__(self) -> None:
        self.sessions: list[GreyFace] = []

    def open_session(self, seed: int) -> GreyFace:
        self.sessions.append(GreyFace())
        return self.sessions[-1]


@dataclass
class FakeLayers:
    """The fakes of one test, and the engines made of them."""

    end_of_turn: ScriptedEndOfTurn
    recognizer: ScriptedRecognizer
    chat: ScriptedModel
    voice: ToneVoice
    replica: GreyReplica
    engines: Engines


def fake_layers(*, hears: list[str], answers: list[str], end_of_turn: list[float] | None = None) -> FakeLayers:
    """Build engines that hear and answer what the lists say, in order."""
    detector = ScriptedEndOfTurn(end_of_turn or [1.0])
    recognizer, chat = ScriptedRecognizer(hears), ScriptedModel(answers)
    voice, replica = ToneVoice(), GreyReplica()
    engines = Engines(
        open_vad=LevelVad,
        end_of_turn=detector,
        recognizer=recognizer,
        chat=chat,
        voice=voice,
        replica=lambda presenter: replica,
    )
    return FakeLayers(detector, recognizer, chat, voice, replica, engines)
