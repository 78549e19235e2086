"""What all calls share: the loaded models and the threads they run in."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, Self

from engine.layers.echo.protocol import MicrophoneGuard
from engine.layers.echo.reference import Reference
from engine.layers.flow.judging import TurnJudge
from engine.layers.flow.protocol import EndOfTurnDetector, VoiceActivityDetector
from engine.layers.llm.protocol import ChatModel
from engine.layers.llm.remote import RemoteChatModel
from engine.layers.llm.remote_settings import RemoteSettings
from engine.layers.replica.protocol import Replica
from engine.layers.stt.protocol import Recognizer
from engine.layers.tts.protocol import Voice
from engine.layers.tts.voice_pool import VoicePool
from engine.network import NetworkPolicy
from engine.ranks import Rank, ranked_threads
from models.languages import primary_code


@dataclass(frozen=True, slots=True)
class Engines:
    """One instance of each layer, loaded and warm. Each kind of work has its own thread, so that none waits for another kind."""

    open_vad: Callable[[], VoiceActivityDetector]
    open_guard: Callable[[Reference], MicrophoneGuard]
    """What the room plays -> the guard of one of its microphones."""
    end_of_turn: EndOfTurnDetector
    recognizer: Recognizer
    chat: ChatModel
    voices: VoicePool
    replica: Callable[[str, str], Replica]
    """Names of presenter and backdrop -> face; others stand in for names that are not here. Blocking where it is not loaded yet."""
    hears: frozenset[str] = frozenset({"en"})
    """ISO 639-1 codes of the languages that the recogniser understands."""
    own_voice: Callable[[Mapping[str, Any]], Voice | None] = lambda fields: None
    """The fields of a replica -> its own voice, if it has one; blocking. Raises ModelUnavailableError."""
    turn_judge: TurnJudge | None = None
    """What weighs sound and words for `sparrow-1`; None where its models are not here: sound alone decides then."""
    network: NetworkPolicy = field(default_factory=NetworkPolicy)
    """What language models that run elsewhere may be reached through."""
    voice_named: bool = False
    """Whether this installation names its voice; then it speaks also for replicas that usually have another one."""
    flow_thread: ThreadPoolExecutor = field(default_factory=lambda: ranked_threads("flow", Rank.HEARING))
    stt_thread: ThreadPoolExecutor = field(default_factory=lambda: ranked_threads("stt", Rank.HEARING))
    tts_thread: ThreadPoolExecutor = field(default_factory=lambda: ranked_threads("tts", Rank.SPEAKING))
    cast_thread: ThreadPoolExecutor = field(default_factory=lambda: ranked_threads("cast", Rank.SPEAKING))
    render_thread: ThreadPoolExecutor = field(default_factory=lambda: ranked_threads("render", Rank.RENDERING))

    @property
    def voice(self) -> Voice:
        """The voice that speaks where no other language is asked for."""
        return self.voices.default

    @property
    def multilingual(self) -> bool:
        """Whether the recogniser can tell which language is spoken."""
        return len(self.hears) > 1

    def speaks(self, language: str) -> bool:
        """Whether a voice that is here speaks a language (BCP 47), the basic one included. Reads files."""
        code = primary_code(language)
        return code == primary_code(self.voice.language) or code in self.voices.languages()

    def thinking_with(self, llm: Mapping[str, Any]) -> Self:
        """Return these engines with the language model that a persona's `layers.llm` names: one on a server, or the one that is here.

        Raises InvalidInputError for settings of which no request can be made.
        """
        remote = RemoteSettings.of(llm)
        return self if remote is None else replace(self, chat=RemoteChatModel(remote, self.network))

    def close(self) -> None:
        """Stop the threads and free the weights; no call may run any more."""
        for thread in (self.flow_thread, self.stt_thread, self.tts_thread, self.cast_thread, self.render_thread):
            thread.shutdown(wait=True, cancel_futures=True)
        self.voices.close()
        if self.turn_judge is not None:
            self.turn_judge.close()
        self.chat.close()
