"""Who speaks, and who is therefore shown to whom."""

import numpy as np
from numpy.typing import NDArray

from engine.room.active_speaker import ActiveSpeaker
from engine.room.broadcast import Broadcast
from engine.room.gallery import Gallery
from engine.room.notices import Notices
from engine.room.playout import MEDIA_RATE


class Spotlight:
    """Listens to everybody in a room, and keeps what is shown of them in order."""

    def __init__(self, gallery: Gallery, broadcast: Broadcast, notices: Notices) -> None:
        self._gallery = gallery
        self._broadcast = broadcast
        self._notices = notices
        self._speaker = ActiveSpeaker()

    def hear(self, session_id: str, samples: NDArray[np.float32], rate: int) -> None:
        """Take somebody's sound, mono of shape [n]; tell everybody when another one speaks now."""
        if self._speaker.hear(session_id, samples, rate):
            self.arrange()
            self._notices.speaks(session_id)

    def hear_replica(self, session_id: str, sound: NDArray[np.int16]) -> None:
        """Take a tick of the replica's voice."""
        self.hear(session_id, sound.astype(np.float32) / 32768.0, MEDIA_RATE)

    def arrange(self) -> None:
        """Show everybody the others, and a recording all of them: somebody came, went, or shows something else."""
        self._gallery.arrange(self._speaker.session_id)
        self._broadcast.show(self._gallery.shown)

    def forget(self, session_id: str) -> None:
        """Let somebody go."""
        self._speaker.forget(session_id)
