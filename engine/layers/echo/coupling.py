"""How loud a loudspeaker arrives in a microphone: what is clearly louder is a person."""

from typing import Final

import numpy as np

_LONGEST: Final = 64
"""Frames of 10 ms after which a sound of unknown delay has come back."""
_DIRECT: Final = 10
"""Frames after which it has come back when its delay is known; what follows is reverberation."""
_DECAY: Final = 0.6
"""dB by which reverberation falls in a frame: 60 dB in a second, a hard room."""
_AUDIBLE: Final = 1e-7
"""Mean square of what is played (-70 dB of full scale) below which nothing comes back."""
_REMOVED: Final = 0.1
"""Share of a frame's energy that may be left where nothing but echo was heard."""
_LOUDEST: Final = 10.0
"""dB by which an echo may be louder than what is played, as long as nothing is known."""
_MUTED: Final = 1e-10
"""Mean square (-100 dB of full scale) of a microphone that is switched off: it says nothing about the room."""
_PEAKS: Final = 0.95
"""Share of the frames of echo that are not louder than the coupling says."""
_LEARNED: Final = 256
"""Frames of echo (2.6 s) from which the coupling is learned."""
_OFTEN: Final = 32
"""Frames of echo between two times at which the coupling is learned."""
_FEWEST: Final = 128
"""Frames of echo before anything is learned of one whose delay is not known."""
_FAINT: Final = 10.0**-2.5
"""Share of what is played (-25 dB) below which a frame, whatever it holds, says that no echo is louder: headphones have none."""
_MARGIN: Final = 6.0
"""Times the strength of the loudest echo (8 dB) from which a frame is not the echo's."""


class Coupling:
    """Learns, for one microphone, the level of the echo's peaks against what is played."""

    def __init__(self) -> None:
        self.gain = _LOUDEST
        """dB."""
        self.known_delay = False
        """Whether what is played was aligned with what is heard."""
        self._played = np.zeros(2 * _LONGEST, dtype=np.float64)
        self._at = 0
        self._weights = np.ones(_LONGEST, dtype=np.float64)
        self._ratios = np.zeros(_LEARNED, dtype=np.float64)
        self._learned = 0

    def play(self, power: float) -> None:
        """Take the mean square of the frame that is played."""
        # Written twice, so that the latest frames always lie together.
        self._played[self._at] = self._played[self._at + _LONGEST] = power
        self._at = (self._at + 1) % _LONGEST

    @property
    def sounding(self) -> bool:
        """Whether something that was played may still be heard."""
        return bool(self._played.max() > _AUDIBLE)

    def expected(self) -> float:
        """Return the mean square that the echo of a frame has at most."""
        return self.loudest * float(10.0 ** (self.gain / 10.0))

    def exceeded(self, heard: float) -> bool:
        """Say whether a frame of the microphone (mean square) is louder than an echo can be."""
        return heard > self.expected() * _MARGIN

    def learn(self, heard: float, left: float) -> None:
        """Take a frame's mean square before and after cancelling; frames of more than an echo teach nothing."""
        loudest = self.loudest
        if loudest <= _AUDIBLE or heard < _MUTED or (left > _REMOVED * heard and heard > _FAINT * loudest):
            return
        self._ratios[self._learned % _LEARNED] = heard / loudest
        self._learned += 1
        if self._learned % _OFTEN == 0 and (self.known_delay or self._learned >= _FEWEST):
            ratios = self._ratios[: min(self._learned, _LEARNED)]
            rank = int(_PEAKS * (ratios.size - 1))
            self.gain = 10.0 * float(np.log10(np.partition(ratios, rank)[rank]))

    def align(self) -> None:
        """Learn anew, as what is played has been aligned with what is heard."""
        if not self.known_delay:
            age = np.arange(_LONGEST, 0, -1) - 1.0
            self._weights[:] = 10.0 ** (-_DECAY / 10.0 * np.maximum(age - _DIRECT, 0.0))
        self.known_delay = True
        self._learned = 0

    @property
    def loudest(self) -> float:
        """The mean square of the loudest frame that may still be heard."""
        return float((self._played[self._at : self._at + _LONGEST] * self._weights).max())
