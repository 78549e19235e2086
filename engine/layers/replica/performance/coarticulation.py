"""The mouth on the media clock: every sound pulls on each articulator in its own time (after Cohen and Massaro, 1993)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.layers.audio import MEDIA_RATE
from engine.layers.replica.performance.articulation import (
    ARTICULATORS,
    CONTACTS,
    Articulator,
    Contact,
    Target,
    Weights,
    is_vowel,
    shape_weights,
    targets_of,
)
from engine.layers.replica.performance.easing import smooth_each
from engine.layers.replica.protocol import FaceSpeech
from models.blendshapes import SHAPES

Times: TypeAlias = NDArray[np.float64]
_MS: Final = MEDIA_RATE / 1000.0

# All times below are milliseconds.
_LEAD: Final = 16.0  # lips are in place a little before the sound
_HELD_OVER: Final = 60.0  # a gap so short is no pause: the mouth does not close for it
_FADE: Final = 100.0  # speech that is cut dies away over this
_FAR: Final = 150.0  # no sound moves anything farther away than this
_EDGE: Final = 25.0  # a long sound is itself from so far within its borders
_PAUSE_INSISTS: Final = 0.9
_PAUSE_REACH: Final = 75.0

# How far a sound reaches ahead of itself (rounding is prepared early) and how long it lingers; one per articulator.
_AHEAD: Final = np.array([76.0, 70.0, 70.0, 85.0, 130.0, 120.0])
_BEHIND: Final = np.array([70.0, 66.0, 66.0, 75.0, 80.0, 75.0])

# One per contact. No lip contact is so short that it falls between two frames at 25 fps.
_HOLDS: Final = np.array([52.0, 48.0, 42.0, 0.0])
_RAMP: Final = 33.0

_OPENING: Final = [Articulator.JAW, Articulator.LOWER_LIP, Articulator.UPPER_LIP]


@dataclass(frozen=True, slots=True)
class Mouth:
    """The speaking mouth at one moment."""

    weights: Weights
    """One per shape; all zero while nothing is said."""
    seal: float
    """How far the lips must be on each other, 0..1."""
    tuck: float
    """How far the lower lip must be on the upper teeth."""
    between: float
    """How far the tongue must be between the teeth."""
    activity: float
    """0 in silence, 1 in speech."""


SILENT: Final = Mouth(np.zeros(len(SHAPES), np.float32), 0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Sound:
    """A target of the mouth and when it is held, in media samples."""

    start: float
    end: float
    target: Target
    opening: float
    """Factor on how far it opens the mouth."""


def sounds_of(speech: FaceSpeech, openings: Sequence[float]) -> list[Sound]:
    """Place the targets of a clause on the media clock; `openings` holds a factor per span of the speech."""
    sounds: list[Sound] = []
    scale = MEDIA_RATE / speech.sample_rate
    for span, opening in zip(speech.phonemes, openings, strict=True):
        start = speech.start + span.start * scale
        end = start + span.length * scale
        targets = targets_of(span.phoneme)
        if not targets:
            if sounds and end - start < _HELD_OVER * _MS and span is not speech.phonemes[-1]:
                last = sounds.pop()
                sounds.append(Sound(last.start, end, last.target, last.opening))
            continue
        factor = opening if is_vowel(span.phoneme) else 1.0
        step = (end - start) / len(targets)
        sounds += [
            Sound(start + step * place, start + step * (place + 1), target, factor)
            for place, target in enumerate(targets)
        ]
    return sounds


class SpeakingMouth:
    """What is said, and what that makes of the mouth. Not thread-safe. Forgets what lies behind the last position asked for."""

    def __init__(self) -> None:
        self._arrange([], np.empty(0))

    def say(self, sounds: Sequence[Sound], position: int) -> None:
        """Add sounds; those that are over at `position` are left out."""
        added = [sound for sound in sounds if sound.end > position - _FAR * _MS]
        self._arrange([*self._sounds, *added], np.concatenate([self._until, np.full(len(added), np.inf)]))

    def silence_from(self, position: int) -> None:
        """Let what is said die away from `position` on: nothing of it shows 100 ms later."""
        until = np.minimum(self._until, position)
        kept = self._starts < until + _FADE * _MS
        self._arrange([sound for sound, keep in zip(self._sounds, kept, strict=True) if keep], until[kept])

    def speaks_within(self, position: int, milliseconds: float) -> bool:
        """Say whether a sound begins or goes on in the time after `position`."""
        return bool(np.any((self._starts < position + milliseconds * _MS) & (self._ends > position)))

    def __len__(self) -> int:
        return len(self._sounds)

    def at(self, position: int) -> Mouth:
        """Return the mouth at a media sample; positions should only grow."""
        self._forget(position)
        centre = position + _LEAD * _MS
        near = slice(0, int(np.searchsorted(self._starts, centre + _FAR * _MS)))
        starts, ends = (self._starts[near] - centre) / _MS, (self._ends[near] - centre) / _MS
        away = np.maximum(np.maximum(starts, -ends), 0.0)
        if not away.size or away.min() > _FAR:
            return SILENT
        lives = smooth_each(1.0 - (position - self._until[near]) / (_FADE * _MS))
        pulls = _dominances(starts, ends) * self._insists[near]
        total = pulls.sum(0) + _PAUSE_INSISTS * _pausing(starts, ends) + 1e-6
        pulls *= lives[:, None]
        places = ((pulls * self._places[near]).sum(0) / total).astype(np.float32)
        contacts = self._contacts(near, starts, ends, lives)
        seal, tuck, between = (float(value) for value in contacts[: Contact.RIDGE])
        activity = float((smooth_each(1.0 - away / _FADE) * lives).max())
        puff = float(contacts[Contact.SEAL] * (self._puffs[near] * (away < _RAMP)).max())
        return Mouth(shape_weights(places, contacts, puff), seal, tuck, between, activity)

    def _contacts(self, near: slice, starts: Times, ends: Times, lives: Times) -> NDArray[np.float32]:
        """How far each contact is made; a closer one stands back for the lips'."""
        kinds = self._kinds[near]
        touching = np.flatnonzero(kinds >= 0)
        contacts = np.zeros(CONTACTS)
        if touching.size:
            kinds, starts, ends = kinds[touching], starts[touching], ends[touching]
            # Lips meet as early as all is early, but part no sooner than the sound does.
            ends = ends + _LEAD
            stretch = np.maximum(_HOLDS[kinds] - (ends - starts), 0.0) / 2.0
            away = np.maximum(np.maximum(starts, -ends) - stretch, 0.0)
            np.maximum.at(contacts, kinds, smooth_each(1.0 - away / _RAMP) * lives[touching])
            contacts[Contact.TUCK] *= 1.0 - contacts[Contact.SEAL]
            contacts[Contact.BETWEEN] *= (1.0 - contacts[Contact.SEAL]) * (1.0 - contacts[Contact.TUCK])
            contacts[Contact.RIDGE] *= 1.0 - contacts[Contact.BETWEEN]
        return contacts.astype(np.float32)

    def _forget(self, position: int) -> None:
        past = 0
        while past < len(self._sounds) and self._ends[past] < position - _FAR * _MS:
            past += 1
        # In bunches: each time the arrays are built anew.
        if past >= 16 or (past and past == len(self._sounds)):
            self._arrange(self._sounds[past:], self._until[past:])

    def _arrange(self, sounds: list[Sound], until: Times) -> None:
        order = sorted(range(len(sounds)), key=lambda place: sounds[place].start)
        self._sounds = [sounds[place] for place in order]
        self._until = until[order]
        self._starts = np.array([sound.start for sound in self._sounds])
        self._ends = np.minimum(np.array([sound.end for sound in self._sounds]), self._until + _FADE * _MS)
        targets = [sound.target for sound in self._sounds]
        shape = (len(targets), ARTICULATORS)
        self._places = np.array([target.places for target in targets], np.float64).reshape(shape)
        self._places[:, _OPENING] *= np.array([sound.opening for sound in self._sounds]).reshape(-1, 1)
        self._insists = np.array([target.dominances for target in targets], np.float64).reshape(shape)
        self._kinds = np.array([-1 if target.contact is None else target.contact for target in targets], np.int64)
        self._puffs = np.array([target.puffs for target in targets], np.float64)


def _dominances(starts: Times, ends: Times) -> Times:
    """How strongly each sound (borders relative to now) is felt by each articulator: 1 within, falling to 0 at its reach."""
    edge = np.minimum((ends - starts) / 4.0, _EDGE)
    ahead, behind = (starts + edge)[:, None], (edge - ends)[:, None]
    away = np.maximum(np.maximum(ahead / _AHEAD, behind / _BEHIND), 0.0)
    felt: Times = np.maximum(1.0 - away * away, 0.0) ** 2
    return felt


def _pausing(starts: Times, ends: Times) -> float:
    """How strongly the pauses between the sounds are felt."""
    froms = np.concatenate([[-np.inf], np.maximum.accumulate(ends)]) + _EDGE
    tos = np.concatenate([starts, [np.inf]]) - _EDGE
    pauses = tos - froms > _HELD_OVER - 2.0 * _EDGE
    away = np.maximum(np.maximum(froms[pauses], -tos[pauses]), 0.0) / _PAUSE_REACH
    return float(np.sum(np.maximum(1.0 - away * away, 0.0) ** 2))
