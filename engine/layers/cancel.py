"""Cancelling work that runs in a worker thread."""

import threading


class CancelToken:
    """A flag that worker code polls; once set it stays set.

    Blocking layer calls look at it at least every 64 prompt tokens, every generated token and every synthesised clause.
    """

    __slots__ = ("_event",)

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Ask the work to stop; safe from any thread, any number of times."""
        self._event.set()

    @property
    def cancelled(self) -> bool:
        """Whether the work has become useless."""
        return self._event.is_set()
