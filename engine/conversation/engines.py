"""What all calls share: the loaded models and the threads they run in."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from engine.layers.flow.protocol import EndOfTurnDetector, VoiceActivityDetector
from engine.layers.llm.protocol import ChatModel
from engine.layers.replica.protocol import Replica
from engine.layers.stt.protocol import Recognizer
from engine.layers.tts.protocol import Voice
from engine.ranks import Rank, ranked_threads


@dataclass(frozen=True, slots=True)
class Engines:
    """One instance of each layer, loaded and warm. Each kind of work has its own thread, so that none waits for another kind."""

    open_vad: Callable[[], VoiceActivityDetector]
    end_of_turn: EndOfTurnDetector
    recognizer: Recognizer
    chat: ChatModel
    voice: Voice
    replica: Callable[[str], Replica]
    """Presenter name -> face; the first one stands in for a name that is not here."""
    languages: frozenset[str] = frozenset({"en"})
    """ISO 639-1 codes that can be heard and spoken here."""
    flow_thread: ThreadPoolExecutor = field(default_factory=lambda: ranked_threads("flow", Rank.HEARING))
    stt_thread: ThreadPoolExecutor = field(default_factory=lambda: ranked_threads("stt", Rank.HEARING))
    tts_thread: ThreadPoolExecutor = field(default_factory=lambda: ranked_threads("tts", Rank.SPEAKING))
    render_thread: ThreadPoolExecutor = field(default_factory=lambda: ranked_threads("render", Rank.RENDERING))

    def close(self) -> None:
        """Stop the threads and free the weights; no call may run any more."""
        for thread in (self.flow_thread, self.stt_thread, self.tts_thread, self.render_thread):
            thread.shutdown(wait=True, cancel_futures=True)
        self.chat.close()
