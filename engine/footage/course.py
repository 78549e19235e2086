"""The course of a training video: what is said when, and how it sounds."""

from dataclasses import dataclass
from itertools import chain, cycle
from random import Random
from typing import Final

import numpy as np

from engine.conversation.clauses import ClauseSplitter
from engine.errors import InvalidInputError
from engine.footage.script import STORY, consent
from engine.layers.audio import MEDIA_RATE, Samples
from engine.layers.replica.protocol import FaceSpeech, ReplicaState
from engine.layers.resampling import resample
from engine.layers.tts.protocol import Voice
from engine.layers.tts.spans import PhonemeSpan

_LEAD: Final = 2.4  # seconds of a smile before the first word
_PAUSE: Final = (0.5, 0.85)  # seconds with closed lips between sentences
_SETTLE: Final = 0.6  # seconds from the last word to listening
_OVER: Final = 3.0  # seconds that the last sentence may take from the listening part
_FADE: Final = 0.03
_SHORTEST_SMILE: Final = 1.0
_OTHER_PAUSES: Final = (3.0, 7.0)  # seconds between the pauses of whoever is listened to


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence that is said."""

    text: str
    start: int
    """First media sample (48 kHz)."""
    end: int
    complete: bool
    """False when it was cut because the footage is too short for it."""


@dataclass(frozen=True, slots=True)
class Course:
    """A training video before it is drawn; all places are media samples (48 kHz)."""

    length: int
    speech: Samples
    """48 kHz, [length]."""
    speeches: tuple[FaceSpeech, ...]
    """At 48 kHz, in order."""
    lines: tuple[Line, ...]
    consent_lines: int
    """How many of the lines are the consent statement."""
    smile_until: int
    """0: there is no time for a smile."""
    listening_from: int
    pauses: tuple[int, ...]
    """Where the one who is listened to pauses."""
    timed: bool
    """Whether the voice told when it says each phoneme."""

    def state(self, position: int) -> ReplicaState:
        """Return what the presenter is doing at a media sample."""
        if position >= self.listening_from:
            return ReplicaState.LISTENING
        return ReplicaState.IDLE if position < self.lines[0].start else ReplicaState.SPEAKING

    @property
    def consent_complete(self) -> bool:
        """Whether the whole consent statement is said."""
        said = self.lines[: self.consent_lines]
        return len(said) == self.consent_lines and all(line.complete for line in said)


def plan(voice: Voice, name: str, seconds: float, seed: int) -> Course:
    """Speak the consent statement of `name` and the story for half of the time; the other half is for listening.

    Raises InvalidInputError for a voice that says nothing.
    """
    random = Random(f"{seed} course")  # noqa: S311 - for looks only
    length = round(seconds * MEDIA_RATE)
    statement = consent(name)
    lead = min(_LEAD, seconds / 40.0)
    talk = _Talk(
        voice, round(lead * MEDIA_RATE), length // 2, length // 2 + round(min(_OVER, seconds / 20) * MEDIA_RATE)
    )
    for sentence in chain(statement, cycle(STORY)):
        if not talk.say(sentence):
            break
        talk.at += round(random.uniform(*_PAUSE) * MEDIA_RATE)
    if not talk.lines:
        raise InvalidInputError("--voice", voice.name, "a voice that can pronounce English is")
    samples = np.zeros(length, np.float32)
    for start, part in talk.parts:
        samples[start : start + part.size] += part
    listening = min(length, talk.lines[-1].end + round(_SETTLE * MEDIA_RATE))
    pauses, at = [], float(listening)
    while (at := at + random.uniform(*_OTHER_PAUSES) * MEDIA_RATE) < length:
        pauses.append(round(at))
    return Course(
        length,
        samples,
        tuple(talk.speeches),
        tuple(talk.lines),
        len(statement),
        round((lead - 0.3) * MEDIA_RATE) if lead >= _SHORTEST_SMILE else 0,
        listening,
        tuple(pauses),
        talk.timed,
    )


class _Talk:
    """Sentences spoken one after the other until there is no more time."""

    def __init__(self, voice: Voice, start: int, half: int, last: int) -> None:
        self._voice, self._half, self._last = voice, half, last
        self.at = start
        self.lines: list[Line] = []
        self.speeches: list[FaceSpeech] = []
        self.parts: list[tuple[int, Samples]] = []
        self.timed = True

    def say(self, sentence: str) -> bool:
        """Say a sentence if there is time for it; the very first one is cut if it must be."""
        splitter = ClauseSplitter()
        clauses = [*splitter.feed(sentence), *splitter.flush()]
        spoken = [(self._voice.speak(clause), clause) for clause in clauses]
        lengths = [round(clause.samples.size * MEDIA_RATE / clause.sample_rate) for clause, _ in spoken]
        end = self.at + sum(lengths)
        if end == self.at:
            return False
        complete = end <= self._last
        # A sentence that would end farther behind the middle than it begins before it is left out.
        if self.lines and (not complete or end - self._half > self._half - self.at):
            return False
        until = end if complete else self._half
        start = self.at
        for (clause, _), length in zip(spoken, lengths, strict=True):
            self.timed &= clause.timed
            sound = resample(clause.samples, clause.sample_rate, MEDIA_RATE)[: max(0, until - self.at)]
            scale = MEDIA_RATE / clause.sample_rate
            self._place(sound, [_scaled(span, scale) for span in clause.phonemes], cut=self.at + length > until)
            self.at += length
        self.at = until
        self.lines.append(Line(sentence, start, until, complete))
        return complete

    def _place(self, sound: Samples, spans: list[PhonemeSpan], *, cut: bool) -> None:
        if not sound.size:
            return
        if cut:
            sound = sound.copy()
            fade = min(sound.size, round(_FADE * MEDIA_RATE))
            sound[-fade:] *= np.linspace(1.0, 0.0, fade, dtype=np.float32)
        kept = [
            PhonemeSpan(span.phoneme, span.start, min(span.length, sound.size - span.start))
            for span in spans
            if span.start < sound.size
        ]
        self.parts.append((self.at, sound))
        self.speeches.append(FaceSpeech(self.at, MEDIA_RATE, kept))


def _scaled(span: PhonemeSpan, scale: float) -> PhonemeSpan:
    start = round(span.start * scale)
    return PhonemeSpan(span.phoneme, start, round((span.start + span.length) * scale) - start)
