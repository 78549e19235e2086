"""Turns and conversations as the bench measures them, made up."""

from pathlib import Path

from engine.bench.clips import Clip
from engine.bench.dialogue import Turn
from engine.bench.peer.comparison import Conversation, Side

CLIP = Clip(Path("clip.flac"), "natural", 2.0, "hello")


def answered(milliseconds: float) -> Turn:
    return Turn(CLIP, begun=10.0, last_voiced=12.0, first_sound=12.0 + milliseconds / 1000)


def cut_in() -> Turn:
    return Turn(CLIP, begun=10.0, last_voiced=12.0, first_sound=11.0, cut_in=True)


def unanswered() -> Turn:
    return Turn(CLIP, begun=10.0, last_voiced=12.0)


def conversation(*turns: Turn) -> Conversation:
    return Conversation.of(turns, cores=0.5, rss_mb=600.0)


def side(*milliseconds: float) -> Side:
    """Warm turns of these times, behind a cold one."""
    return Side((conversation(answered(9_999.0), *map(answered, milliseconds)),))
