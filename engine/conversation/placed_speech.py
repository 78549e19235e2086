"""What of an answer lies on the media clock: which words are heard when, and how it falls silent for a moment or for good."""

import asyncio
from collections import deque
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from engine.layers.audio import MEDIA_RATE, Samples
from engine.layers.replica.protocol import FaceSpeech, ReplicaSession
from engine.layers.tts.protocol import SpokenClause
from engine.room.playout import FADE, Playout

REWOUND: Final = MEDIA_RATE * 3 // 20
"""Media samples (150 ms) that are said again after a pause in the midst of a word whose beginning nobody knows."""
NOTHING: Final[Samples] = np.zeros(0, dtype=np.float32)
"""Nobody writes to it."""


@dataclass(frozen=True, slots=True)
class _Clause:
    text: str
    start: int
    """Media sample at which its first sample is heard; after a pause in its midst, as if the pause had been before it."""
    length: int
    ends: tuple[int, ...]
    """Media samples from `start` after which each word was heard; none when the voice does not tell."""
    spoken: SpokenClause
    sound: Samples
    """Mono, 48 kHz; nothing once it is over."""

    @property
    def end(self) -> int:
        return self.start + self.length

    def heard(self, until: int) -> str:
        """Return the words that were heard up to a place on the clock: whole ones only."""
        if until >= self.end:
            return self.text
        words = self.text.split()
        if len(self.ends) == len(words):
            count = sum(self.start + end <= until for end in self.ends)
        else:
            count = int(len(words) * max(0, until - self.start) / self.length)
        return " ".join(words[:count])

    def word_at(self, position: int) -> int:
        """Return where the word begins that is heard at a place on the clock, in samples from the clause's first."""
        inside = position - self.start
        if not self.ends:
            return max(0, inside - REWOUND)
        return max((end for end in self.ends if end <= inside), default=0)


class PlacedSpeech:
    """The clauses of one answer in the playout, and the mouth that goes with them. Used on the event loop."""

    def __init__(self, playout: Playout, face: ReplicaSession, voice_thread: Executor) -> None:
        self._playout, self._face, self._voice_thread = playout, face, voice_thread
        self._clauses: list[_Clause] = []
        self._goes_on = asyncio.Event()
        self._goes_on.set()
        self._held_at: int | None = None
        self._cut_at: int | None = None
        self._reading: set[asyncio.Task[None]] = set()
        """Mouths that are read from sound after a pause."""

    def __bool__(self) -> bool:
        return bool(self._clauses)

    @property
    def text(self) -> str:
        """All words, heard or not."""
        return " ".join(clause.text for clause in self._clauses)

    @property
    def end(self) -> int:
        """The media sample after the last one; the clock's position before there is one."""
        return self._clauses[-1].end if self._clauses else self._playout.position

    @property
    def was_cut(self) -> bool:
        """Whether it was stopped for good."""
        return self._cut_at is not None

    @property
    def seconds_heard(self) -> float:
        """Seconds of sound that were played, pauses not counted."""
        until = self._heard_until
        return sum(max(0, min(until, clause.end) - clause.start) for clause in self._clauses) / MEDIA_RATE

    @property
    def seconds_left(self) -> float:
        """Seconds that are still to be heard of what is placed."""
        return max(0, self.end - self._heard_until) / MEDIA_RATE

    def heard_text(self) -> str:
        """Return the words that were heard: whole clauses, and of a cut one the words that were over by then."""
        heard = (clause.heard(self._heard_until) for clause in self._clauses)
        return " ".join(part for part in heard if part)

    async def place(self, spoken: SpokenClause, sound: Samples) -> int | None:
        """Queue a clause (mono, 48 kHz) behind what is placed, once nothing is held; return the media sample of its first sample, or None
        when all was cut before.

        Its mouth is scheduled where the voice tells its phonemes; where it does not, `read_mouth` does that.
        """
        while not self._goes_on.is_set():
            # It may be held again before this task has its turn.
            await self._goes_on.wait()
        if self._cut_at is not None:
            return None
        position = self._playout.position
        self._clauses = [each if each.end > position else replace(each, sound=NOTHING) for each in self._clauses]
        return self._queue(_Clause(spoken.text, 0, sound.size, word_ends(spoken), spoken, sound))

    async def read_mouth(self, start: int, sound: Samples) -> None:
        """Let the face read the mouth of sound that tells no phonemes."""
        hear = self._face.hear
        await asyncio.get_running_loop().run_in_executor(self._voice_thread, hear, start, sound)
        silent_from = self._held_at if self._cut_at is None else self._cut_at
        if silent_from is not None:
            # It fell silent while the mouth was being read.
            self._face.silence_from(silent_from)

    async def over(self) -> None:
        """Wait until all that is placed was heard, or cut; nothing more is placed."""
        while self._cut_at is None:
            await self._goes_on.wait()
            end = self.end
            if not await self._playout.played(end) or (end == self.end and self._held_at is None):
                return

    def hold(self, *, more: bool) -> bool:
        """Fall silent until `go_on` or `cut`, and say nothing new; return whether there is anything left to be said.

        `more`: further clauses are on their way.
        """
        over = self.end <= self._playout.position
        if self._held_at is not None or self._cut_at is not None or (over and not (more and self._clauses)):
            return False
        self._held_at = self._playout.hold()
        self._face.silence_from(self._held_at)
        self._goes_on.clear()
        return True

    def go_on(self) -> None:
        """Say the rest, from the beginning of the word that was broken off."""
        if self._held_at is None or self._cut_at is not None:
            return
        held_at, self._held_at = self._held_at, None
        left = [clause for clause in self._clauses if clause.end > held_at]
        del self._clauses[len(self._clauses) - len(left) :]
        moved = 0
        for clause in left:
            begin = clause.word_at(held_at) if clause.start < held_at else 0
            start = self._queue(clause, begin)
            # What is queued has no gaps: all of it moves alike.
            moved = start - clause.start
            if not clause.spoken.timed:
                self._read_again(start + begin, clause.sound[begin:])
        self._playout.go_on(moved)
        self._goes_on.set()

    def cut(self) -> int | None:
        """Fall silent for good, queued sound and mouth; return from which media sample on, or None if all was heard before."""
        self._goes_on.set()
        if self._cut_at is not None:
            return None
        self._cut_at = position = self._heard_until
        if position >= self.end:
            return None
        silent_from = self._playout.cut()
        if self._held_at is None:
            self._cut_at = silent_from
        self._face.silence_from(self._cut_at)
        return self._cut_at

    def close(self) -> None:
        """Read no more mouths."""
        for reading in self._reading:
            reading.cancel()

    @property
    def _heard_until(self) -> int:
        if self._cut_at is not None:
            return self._cut_at
        return self._playout.position if self._held_at is None else self._held_at

    def _queue(self, clause: _Clause, begin: int = 0) -> int:
        """Queue a clause from one of its samples on; return where its first sample lies on the clock."""
        sound = clause.sound[begin:]
        start = self._playout.append(_faded_in(sound) if begin else sound) - begin
        self._clauses.append(replace(clause, start=start))
        if clause.spoken.timed:
            self._face.say(FaceSpeech(start, clause.spoken.sample_rate, clause.spoken.phonemes))
        return start

    def _read_again(self, start: int, sound: Samples) -> None:
        reading = asyncio.create_task(self.read_mouth(start, sound), name="answer-mouth")
        self._reading.add(reading)
        reading.add_done_callback(self._reading.discard)


def _faded_in(sound: Samples) -> Samples:
    out = sound.copy()
    length = min(FADE, out.size)
    out[:length] *= np.linspace(0.0, 1.0, length, dtype=np.float32)
    return out


def word_ends(spoken: SpokenClause) -> tuple[int, ...]:
    """Return where each word between spaces ends, in media samples; none where the voice does not tell.

    What says nothing ends with the word before.
    """
    scale = MEDIA_RATE / spoken.sample_rate
    left = deque(spoken.words)
    ends: list[int] = []
    for word in spoken.text.split():
        if left and left[0].text == word:
            span = left.popleft()
            ends.append(round((span.start + span.length) * scale))
        else:
            ends.append(ends[-1] if ends else 0)
    return () if left or not spoken.words else tuple(ends)
