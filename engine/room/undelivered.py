"""Texts that were sent over a data channel and never acknowledged: what another connection has to say again."""

from collections import deque
from typing import Any, Final

from aiortc import RTCDataChannel

_TEXTS: Final = (51, 56)
"""Payload protocols of texts, and of empty ones (RFC 8831, section 8)."""
_LAST_FRAGMENT: Final = 1
"""Bit of the flags of a DATA chunk (RFC 9260, section 3.3.1)."""
_LOOK_EVERY: Final = 64
"""Texts after which those that have arrived are forgotten."""


class SentTexts:
    """Follows what is sent over one ordered, reliable channel.

    aiortc tells nobody what was acknowledged, but keeps each chunk until it is: texts arrive in order, so as many are missing as
    there are ends of texts in what it keeps.
    """

    def __init__(self, channel: RTCDataChannel) -> None:
        self._channel = channel
        self._texts: deque[str] = deque()

    def note(self, text: str) -> None:
        """Take a text that was just sent."""
        self._texts.append(text)
        if len(self._texts) % _LOOK_EVERY == 0:
            self._texts = deque(self.undelivered())

    def undelivered(self) -> list[str]:
        """Return the texts that the other side has not acknowledged, in the order of sending."""
        missing = min(self._missing(), len(self._texts))
        return list(self._texts)[len(self._texts) - missing :]

    def _missing(self) -> int:
        sctp: Any = self._channel.transport
        kept = [*sctp._sent_queue, *sctp._outbound_queue]
        mine = (each for each in kept if each.stream_id == self._channel.id and each.protocol in _TEXTS)
        waiting = sum(channel is self._channel and kind in _TEXTS for channel, kind, _ in sctp._data_channel_queue)
        return waiting + sum(bool(each.flags & _LAST_FRAGMENT) for each in mine)
