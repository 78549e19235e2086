"""The voices of an installation by language: opened when they are first needed, kept as long as there is room."""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol, TypeVar

from engine.layers.tts.protocol import Voice
from models.languages import primary_code, region_of

log = logging.getLogger(__name__)

T = TypeVar("T")

KEPT = 4
"""Voices that stay open besides the default one; a neural one takes about 100 MB."""


@dataclass(frozen=True, slots=True)
class VoiceChoice:
    """The voice that would speak a language."""

    name: str
    language: str
    """As BCP 47."""
    basic: bool = False
    """Whether it is the last resort."""


class VoiceSource(Protocol):
    """Where voices come from; its methods read files and are called from any thread."""

    def choose(self, language: str, name: str = "") -> VoiceChoice | None:
        """Return the best voice for a language (BCP 47), or the one of that name if it speaks it; None when none does."""

    def open(self, choice: VoiceChoice) -> Voice:
        """Load a voice; blocking (up to a second). Raises ModelUnavailableError."""

    def languages(self) -> frozenset[str]:
        """Return the ISO 639-1 codes that a voice which is here speaks, the last resort included."""


class VoicePool:
    """Voices shared by all conversations. Thread-safe; a voice that is no longer kept lives on with those who speak with it."""

    def __init__(self, default: Voice, source: VoiceSource | None = None, *, keep: int = KEPT) -> None:
        """`default` speaks the appliance's own language, and whatever nothing else speaks."""
        self.default = default
        self._source = source
        self._keep = keep
        self._lock = threading.Lock()
        self._open: OrderedDict[VoiceChoice, Future[Voice]] = OrderedDict()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="voices")

    def choice(self, language: str, name: str = "") -> VoiceChoice | None:
        """Return which voice would speak a language (BCP 47); None when none that is here does. Reads files."""
        own = VoiceChoice(self.default.name, self.default.language, self.default.basic)
        fits = primary_code(own.language) == primary_code(language)
        region = region_of(language)
        if fits and not own.basic and name in ("", own.name) and region in ("", region_of(own.language)):
            return own
        found = self._source.choose(language, name) if self._source is not None else None
        return found or (own if fits and name in ("", own.name) else None)

    def languages(self) -> frozenset[str]:
        """Return the ISO 639-1 codes that a voice which is here speaks, the last resort included. Reads files."""
        others = self._source.languages() if self._source is not None else frozenset()
        return others | {primary_code(self.default.language)}

    def voice(self, language: str, name: str = "") -> Voice:
        """Return the voice for a language, opening it if need be (blocking); the default one when none speaks it.

        Of a voice that does not load the log tells, and the default one speaks.
        """
        try:
            choice = self.choice(language, name)
            return self.default if choice is None else self._opened(choice)
        except Exception:
            log.exception("no voice for %s could be opened: %s speaks", language, self.default.name)
            return self.default

    def prepare(self, language: str, name: str = "") -> "Future[Voice]":
        """Open the voice for a language in the background."""
        return self.background(lambda: self.voice(language, name))

    def background(self, work: Callable[[], T]) -> "Future[T]":
        """Do other work on voices (seconds) in the thread in which they are opened."""
        return self._thread.submit(work)

    def close(self) -> None:
        """Stop opening voices."""
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _opened(self, choice: VoiceChoice) -> Voice:
        same_language = primary_code(choice.language) == primary_code(self.default.language)
        if self._source is None or (choice.name == self.default.name and (not choice.basic or same_language)):
            return self.default
        with self._lock:
            opening = self._open.get(choice)
            mine = opening is None
            if opening is None:
                opening = self._open[choice] = Future()
                while len(self._open) > self._keep:
                    self._open.popitem(last=False)
            else:
                self._open.move_to_end(choice)
        if mine:
            # Outside of the lock: whoever speaks with another voice does not wait for this one.
            try:
                opening.set_result(self._source.open(choice))
            except BaseException as error:
                with self._lock:
                    self._open.pop(choice, None)
                opening.set_exception(error)
        return opening.result()
