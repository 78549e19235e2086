"""A complete, deterministic fake of each layer, so that a whole conversation is a repeatable test without a model."""

import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

import numpy as np

from engine.conversation.engines import Engines
from engine.layers.audio import VAD_FRAME, Samples
from engine.layers.cancel import CancelToken
from engine.layers.echo.guard import Heard
from engine.layers.flow.evidence import Evidence
from engine.layers.llm.protocol import Message, Sampling
from engine.layers.replica.protocol import FaceSpeech, Picture, ReplicaState
from engine.layers.stt.protocol import Transcription
from engine.layers.tts.protocol import SpokenClause, Voice
from engine.layers.tts.spans import PhonemeSpan
from engine.layers.tts.style import NATURAL, SpeakingStyle
from engine.layers.tts.voice_pool import VoicePool


class LevelVad:
    """Hears speech in every frame louder than 0.01."""

    def probability(self, frame: Samples) -> float:
        assert frame.shape == (VAD_FRAME,)
        return 1.0 if float(np.abs(frame).max()) > 0.01 else 0.0

    def reset(self) -> None:
        pass


class NoEcho:
    """The guard of a headset: nothing comes back."""

    def hear(self, samples: Samples) -> Heard:
        return Heard(samples, 0.0, False, samples)


class WordlessJudge:
    """Finds nothing in words."""

    def prepare(self, text: str) -> None:
        pass

    def examine(self, sound: float, text: str) -> Evidence:
        return Evidence(sound, text, -5.0)

    def wait(self, evidence: Evidence | None, patience: str, slowness: float = 0.0) -> float:
        return 1.0

    def close(self) -> None:
        pass


@dataclass
class ScriptedEndOfTurn:
    """Gives its answers in order, then the last one for ever; raises those that are errors."""

    answers: list[float | Exception] = field(default_factory=lambda: [1.0])
    asked: int = 0

    def probability(self, audio: Samples) -> float:
        self.asked += 1
        answer = self.answers[min(self.asked, len(self.answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return answer


@dataclass
class ScriptedRecognizer:
    """Understands the next sentence of its script each time the sound has grown silent; the sound itself does not matter."""

    script: list[str]
    calls: list[float] = field(default_factory=list)
    turns: int = 0

    def next_turn(self) -> None:
        self.turns += 1

    def transcribe(
        self,
        audio: Samples,
        *,
        language: str = "en",
        others: Collection[str] = (),
        hotwords: str = "",
        partial: bool = False,
        cancel: CancelToken | None = None,
    ) -> Transcription:
        self.calls.append(audio.size / 16_000)
        text = self.script[min(self.turns, len(self.script) - 1)] if self.script else ""
        return Transcription("" if cancel and cancel.cancelled else text, -0.1, False, 1.0)


class LevelRecognizer:
    """Hears words in levels: sound of level 0.3 is the words of 3, and each run of one level is said once."""

    def __init__(self, words: dict[int, str]) -> None:
        self.words = words
        self.languages: dict[str, str] = {}
        """Text -> the language in which it is understood, if that is one of those asked for."""
        self.asked: list[tuple[str, frozenset[str]]] = []
        """The language expected and the others of each call."""
        self.hotwords: list[str] = []
        """Those of each call."""
        self.fails_with: Exception | None = None
        self.gate = threading.Event()
        """While it is cleared, recognition does not come to an end."""
        self.gate.set()

    def transcribe(
        self,
        audio: Samples,
        *,
        language: str = "en",
        others: Collection[str] = (),
        hotwords: str = "",
        partial: bool = False,
        cancel: CancelToken | None = None,
    ) -> Transcription:
        if self.fails_with is not None:
            raise self.fails_with
        self.asked.append((language, frozenset(others)))
        self.hotwords.append(hotwords)
        self.gate.wait(60)
        audio = audio[-29 * 16_000 :]
        levels = [round(float(audio[at : at + 160].max()) * 10) for at in range(0, audio.size - 159, 160)]
        # A frame that holds the end of one level and the beginning of the next is neither.
        runs = [level for level, count in ((level, len(list(run))) for level, run in groupby(levels)) if count > 2]
        said = " ".join(self.words[level] for level, _ in groupby(level for level in runs if level in self.words))
        found = self.languages.get(said, language)
        spoken = found if found in {language, *others} else language
        return Transcription("" if cancel and cancel.cancelled else said, -0.1, False, 1.0, spoken if said else "")


class ScriptedSession:
    def __init__(self, model: "ScriptedModel") -> None:
        self._model = model

    def prefill(self, messages: Sequence[Message], cancel: CancelToken) -> None:
        self._model.prefilled.append(list(messages))
        while not (self._model.prefill_gate.wait(0.001) or cancel.cancelled):
            pass

    def generate(self, messages: Sequence[Message], sampling: Sampling, cancel: CancelToken) -> Iterator[str]:
        self._model.prompts.append(list(messages))
        answer = self._model.answer(messages)
        if isinstance(answer, Exception):
            raise answer
        for number, word in enumerate(answer.split(" ")):
            if number == self._model.breaks_after:
                raise RuntimeError("the model broke")
            if cancel.cancelled:
                self._model.cancelled += 1
                return
            self._model.pace.wait(self._model.seconds_per_word)
            yield word + " "

    def close(self) -> None:
        self._model.open_sessions -= 1


class ScriptedModel:
    """Answers each prompt with the next line of its script (the last one for ever); raises those that are errors."""

    name = "scripted"

    def __init__(self, script: Sequence[str | Exception], seconds_per_word: float = 0.0) -> None:
        self.script = script
        self.seconds_per_word = seconds_per_word
        self.prompts: list[list[Message]] = []
        self.prefilled: list[list[Message]] = []
        self.cancelled = 0
        self.opened = self.open_sessions = 0
        self.pace = threading.Event()
        self.breaks_after: int | None = None
        """Words of an answer after which the model fails."""
        self.prefill_gate, self.open_gate = threading.Event(), threading.Event()
        """While one is cleared, that work does not come to an end."""
        self.at_open_gate = threading.Event()
        """Somebody has begun to open a session."""
        self.prefill_gate.set()
        self.open_gate.set()

    def answer(self, messages: Sequence[Message]) -> str | Exception:
        return self.script[min(len(self.prompts), len(self.script)) - 1]

    def open_session(self) -> ScriptedSession:
        self.at_open_gate.set()
        self.open_gate.wait(60)
        self.opened += 1
        self.open_sessions += 1
        return ScriptedSession(self)

    def close(self) -> None:
        assert self.open_sessions == 0


class ToneVoice:
    """Says each word as 200 ms of a 440 Hz tone, with one open vowel a word."""

    name = "tone"
    language = "en-US"
    basic = True

    def __init__(self) -> None:
        self.spoken: list[str] = []
        self.styles: list[SpeakingStyle] = []
        self.fails_on = ""
        """Clauses with this text in them fail; empty: none does."""

    def speak(self, text: str, *, style: SpeakingStyle = NATURAL, cancel: CancelToken | None = None) -> SpokenClause:
        if self.fails_on and self.fails_on in text:
            raise RuntimeError("the voice broke")
        self.spoken.append(text)
        self.styles.append(style)
        rate, words = 16_000, len(text.split())
        length = int(words * 0.2 * rate / style.speed)
        time = np.arange(length, dtype=np.float32) / rate
        spans = tuple(PhonemeSpan("a", i * length // words, length // words) for i in range(words))
        return SpokenClause(text, (0.3 * np.sin(2 * np.pi * 440 * time)).astype(np.float32), rate, spans)


class GreyFace:
    """A face that is a grey level: 200 while something is said at the position, else 50."""

    def __init__(self) -> None:
        self.said: list[FaceSpeech] = []
        self.silenced: list[int] = []
        self.heard: list[tuple[int, int]] = []
        """Where sound without phonemes began, and its samples."""
        self.felt: list[tuple[str, int, float]] = []
        self.attended: list[int] = []
        self.states: list[ReplicaState] = []
        self.closed = False
        self.fails = False
        self.gate = threading.Event()
        """While it is cleared, drawing does not come to an end."""
        self.gate.set()
        self.drawn_after_close = 0

    def say(self, speech: FaceSpeech) -> None:
        self.said.append(speech)

    def silence_from(self, position: int) -> None:
        self.silenced.append(position)

    def hear(self, start: int, samples: Samples, *, more: bool = False) -> None:
        self.heard.append((start, samples.size))

    def feel(self, emotion: str, position: int, strength: float = 1.0) -> None:
        self.felt.append((emotion, position, strength))

    def attend(self, position: int) -> None:
        self.attended.append(position)

    def frame(self, position: int, state: ReplicaState) -> Picture:
        if self.fails:
            raise RuntimeError("the face broke")
        self.gate.wait(60)
        self.drawn_after_close += self.closed
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
        self.cast: list[tuple[str, str]] = []
        """Presenter and backdrop of each call."""

    def stand(self, presenter: str, backdrop: str) -> "GreyReplica":
        self.cast.append((presenter, backdrop))
        return self

    def open_session(self, seed: int) -> GreyFace:
        self.sessions.append(GreyFace())
        return self.sessions[-1]


@dataclass
class FakeLayers:
    """The fakes of one test, and the engines made of them."""

    end_of_turn: ScriptedEndOfTurn
    recognizer: ScriptedRecognizer | LevelRecognizer
    chat: ScriptedModel
    voice: ToneVoice
    replica: GreyReplica
    engines: Engines


def fake_layers(
    *,
    hears: list[str] | LevelRecognizer,
    answers: Sequence[str | Exception],
    end_of_turn: list[float | Exception] | None = None,
    understands: frozenset[str] = frozenset({"en"}),
    voices: Callable[[Voice], VoicePool] = VoicePool,
) -> FakeLayers:
    """Build engines that hear and answer what the lists say, in order."""
    detector, chat = ScriptedEndOfTurn(end_of_turn or [1.0]), ScriptedModel(answers)
    recognizer = hears if isinstance(hears, LevelRecognizer) else ScriptedRecognizer(hears)
    voice, replica = ToneVoice(), GreyReplica()
    engines = Engines(
        open_vad=LevelVad,
        open_guard=lambda reference: NoEcho(),
        end_of_turn=detector,
        recognizer=recognizer,
        chat=chat,
        voices=voices(voice),
        replica=replica.stand,
        hears=understands,
    )
    return FakeLayers(detector, recognizer, chat, voice, replica, engines)
