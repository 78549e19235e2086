"""The voice of one call: for each clause the one of the language that is spoken."""

import logging
from collections.abc import Mapping
from typing import Any

from engine.conversation.call_language import CallLanguage
from engine.conversation.written_language import written_language
from engine.layers.cancel import CancelToken
from engine.layers.tts.protocol import SpokenClause, Voice
from engine.layers.tts.style import NATURAL, SpeakingStyle
from engine.layers.tts.voice_pool import VoicePool
from models.languages import primary_code

log = logging.getLogger(__name__)


LOCAL_ENGINE = "piper"
"""The `tts_engine` whose voices a persona chooses by name; any other stands for the voice of the language."""


def wished_voice(layers: Mapping[str, Any]) -> str:
    """Return the catalogue name of the voice that a persona with these `layers` asks for; empty: that of the language."""
    tts: Mapping[str, Any] = layers.get("tts") or {}
    if str(tts.get("tts_engine") or "").strip().lower() != LOCAL_ENGINE:
        return ""
    return str(tts.get("external_voice_id") or tts.get("voice_id") or "").strip()


class CallVoice:
    """A `Voice` that speaks each clause in the language of the call, or, in a multilingual call, in the language of its words."""

    def __init__(self, pool: VoicePool, language: CallLanguage, *, name: str = "", own: Voice | None = None) -> None:
        """`name`: the voice that is wished for; `own`: the replica's own voice. Each speaks where the language is its own."""
        self._pool = pool
        self._language = language
        self._wished = name
        self._own = own
        self._known: dict[str, Voice] = {}
        """By BCP 47 tag; what a call has begun to speak with, it keeps."""
        self._latest = pool.default
        self._written = (-1, "")
        """Turns heard when words last told their language, and which one: what tells nothing goes on in it."""

    @property
    def name(self) -> str:
        """The name of the voice that spoke last."""
        return self._latest.name

    @property
    def language(self) -> str:
        """As BCP 47, of the voice that spoke last."""
        return self._latest.language

    @property
    def basic(self) -> bool:
        """Whether the last resort spoke last."""
        return self._latest.basic

    @property
    def own(self) -> bool:
        """Whether the replica's own voice spoke last."""
        return self._latest is self._own

    def open(self) -> None:
        """Open the voice of the language that is spoken now, so that nobody waits for it later; blocking."""
        self._voice(self._language.tag)

    def speak(self, text: str, *, style: SpeakingStyle = NATURAL, cancel: CancelToken | None = None) -> SpokenClause:
        """Synthesise one clause (see `Voice.speak`) with the voice of its language."""
        return self._voice(self._tag_of(text)).speak(text, style=style, cancel=cancel)

    def _tag_of(self, text: str) -> str:
        language = self._language
        if not language.multilingual:
            return language.tag
        turns, before = self._written
        code = written_language(text, before if turns == language.turns else language.code, language.others)
        self._written = (language.turns, code)
        return language.tag if code == language.code else code

    def _voice(self, tag: str) -> Voice:
        known = self._known.get(tag)
        if known is None:
            known = self._known[tag] = self._found(tag)
            log.info("%s speaks %s", known.name, tag)
        self._latest = known
        return known

    def _found(self, tag: str) -> Voice:
        if self._own is not None and primary_code(self._own.language) == primary_code(tag):
            return self._own
        if self._wished and self._pool.choice(tag, self._wished) is not None:
            return self._pool.voice(tag, self._wished)
        return self._pool.voice(tag)
