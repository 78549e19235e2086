"""The director of one call: what people say and do comes in, what the replica says and everyone is told goes out."""

import time
import uuid
from collections import Counter, deque
from collections.abc import Callable
from typing import Any

from engine.conversation.answer import Answer, AnswerParts
from engine.conversation.call_language import CallLanguage
from engine.conversation.ear import Ear, UserTurn
from engine.conversation.engines import Engines
from engine.conversation.events import (
    Event,
    ReplicaInterrupted,
    ReplicaStartedSpeaking,
    ReplicaStoppedSpeaking,
    StreamingUtterance,
    UserStartedSpeaking,
    UserStoppedSpeaking,
    Utterance,
)
from engine.conversation.events import Speaker as Role
from engine.conversation.interactions import Echo, Interrupt, Respond, parse_interaction
from engine.conversation.listener import Listener, Spawn
from engine.conversation.prompt import PromptBuilder
from engine.conversation.speaker import Speaker
from engine.conversation.thinker import Thinker
from engine.conversation.trace import TurnTrace
from engine.conversation.transcript import Transcript, TranscriptEntry
from engine.errors import InvalidInputError
from engine.layers.audio import Samples
from engine.layers.llm.protocol import Message
from engine.layers.replica.protocol import ReplicaState

MOST_WAITING = 1000
"""Echoes that may wait for their turn: whoever is in the room may send them as fast as they like."""
TRACES_KEPT = 200
"""Turns whose traces are kept for the bench, the app and the metrics."""


class Director:
    """Knows nothing of transports: `send` gets each event as a JSON object, participants are named by their session id."""

    def __init__(
        self,
        conversation_id: str,
        *,
        engines: Engines,
        thinker: Thinker,
        parts: AnswerParts,
        prompt: PromptBuilder,
        language: CallLanguage,
        echo: bool = False,
        send: Callable[[dict[str, Any]], None],
        spawn: Spawn,
        on_turn: Callable[[TurnTrace], None] | None = None,
    ) -> None:
        self._on_turn = on_turn
        self._conversation_id = conversation_id
        self._engines = engines
        self._thinker = thinker
        self._prompt = prompt
        self._language = language
        self._echo = echo
        self._send = send
        self._spawn = spawn
        self._face, self._playout = parts.face, parts.playout
        self._speaker = Speaker(parts, self, spawn)
        self._listeners: dict[str, Listener] = {}
        self._transcript = Transcript()
        self._started = time.monotonic()
        self.last_activity = self._started
        """When somebody, the replica included, last spoke or sent something (monotonic)."""
        self.traces: deque[TurnTrace] = deque(maxlen=TRACES_KEPT)
        self._seq = 0
        self._turn_idx = 0
        self._captions: Counter[tuple[str, Role]] = Counter()
        self._asked: list[Message] = []
        """The prompt of the answer that is prepared."""
        self._closed = False

    @property
    def state(self) -> ReplicaState:
        """What the face shows; may be read from any thread."""
        if self._speaker.audible:
            return ReplicaState.SPEAKING
        if self._speaker.pending:
            return ReplicaState.THINKING
        return ReplicaState.LISTENING if self._listeners else ReplicaState.IDLE

    @property
    def speech(self) -> bool:
        """Whether somebody, the replica included, speaks right now."""
        return self._speaker.audible or self._somebody_speaks

    def warm(self) -> None:
        """Evaluate the prompt as it stands."""
        if not self._closed:
            self._thinker.warm([self._prompt.system(), *self._transcript.history()])

    def transcript(self) -> list[dict[str, Any]]:
        """Return the transcript as callbacks carry it."""
        return self._transcript.as_json(self._prompt.system())

    def join(self, session_id: str, *, greeting: str = "") -> None:
        """Take a participant in; the first one may be greeted."""
        if self._closed:
            return
        ear = Ear(self._engines.open_vad())
        ear.machine.replica_speaking = self._speaker.audible
        if not self._echo:
            self._listeners[session_id] = Listener(ear, self._engines, self, self._spawn, language=self._language)
        self.last_activity = time.monotonic()
        if greeting:
            self._speaker.say(greeting)

    def leave(self, session_id: str) -> None:
        """Let a participant go."""
        listener = self._listeners.pop(session_id, None)
        if listener is not None:
            listener.close()

    def hear(self, session_id: str, samples: Samples) -> None:
        """Take a participant's sound, 16 kHz mono."""
        listener = self._listeners.get(session_id)
        if listener is not None:
            listener.hear(samples)

    def interact(self, message: dict[str, Any]) -> None:
        """Handle a message of the interactions protocol; raises InvalidInputError."""
        conversation_id = message.get("conversation_id", self._conversation_id)
        if conversation_id != self._conversation_id:
            raise InvalidInputError("conversation_id", conversation_id, f"{self._conversation_id!r} (this room's) is")
        interaction = parse_interaction(message)
        if self._closed:
            return
        self.last_activity = time.monotonic()
        match interaction:
            case Echo() if self._speaker.waiting >= MOST_WAITING:
                accepted = f"at most {MOST_WAITING} texts that wait to be said are"
                raise InvalidInputError("event_type", "conversation.echo", accepted)
            case Echo():
                self._speaker.say(interaction.text, interaction.inference_id)
            case Interrupt():
                self._speaker.silence()
            case Respond() if self._echo:
                raise InvalidInputError("event_type", "conversation.respond", "in echo mode 'conversation.echo' is")
            case Respond():
                self._turn_idx += 1
                self._answer(str(uuid.uuid4()), interaction.text, 0.0, TurnTrace(time.monotonic()))

    def close(self) -> None:
        """Stop listening and speaking for good; the transcript is complete then."""
        self._closed = True
        for session_id in list(self._listeners):
            self.leave(session_id)
        self._speaker.close()

    # --- people (TurnObserver) ---

    def turn_started(self, turn: UserTurn) -> None:
        """Speech began: an answer that nobody has heard yet is taken back; what it was to answer stays, and is answered with this turn."""
        self.last_activity = time.monotonic()
        self._turn_idx += 1
        self._emit(UserStartedSpeaking(turn.inference_id))
        self._speaker.take_back()

    def floor_taken(self) -> None:
        """The replica is interrupted."""
        self._speaker.silence()

    def words_heard(self, turn: UserTurn, words: str) -> None:
        """Words so far, for captions."""
        self.last_activity = time.monotonic()
        self._caption(turn.inference_id, "user", words)

    def turn_considered(self, turn: UserTurn, words: str, trace: TurnTrace) -> None:
        """A pause: prepare the answer in case the turn ends here."""
        self._follow_language(turn)
        if not self._speaker.audible:
            self._face.attend(self._playout.position)
            self._prepare(turn.inference_id, self._prompt_for(words), trace)

    def turn_resumed(self) -> None:
        """The person goes on."""
        self._speaker.withdraw()

    def turn_ended(self, turn: UserTurn, words: str, duration: float, trace: TurnTrace) -> None:
        """The turn is over: answer it, unless somebody has begun to speak again: then it is answered with what they say."""
        self._follow_language(turn)
        self.last_activity = time.monotonic()
        self._emit(UserStoppedSpeaking(turn.inference_id, duration))
        if self._somebody_speaks:
            self._hear_user(turn.inference_id, words, duration)
        else:
            self._answer(turn.inference_id, words, duration, trace)

    def turn_dropped(self, turn: UserTurn) -> None:
        """Nothing was said: what stayed unsaid or unanswered because of it is made up for."""
        self._emit(UserStoppedSpeaking(turn.inference_id, 0.0))
        if self._closed or self._somebody_speaks or not self._listeners:
            return
        if self._transcript.unanswered and not (self._speaker.audible or self._speaker.pending):
            self._answer(turn.inference_id, "", 0.0, TurnTrace(time.monotonic()))
        else:
            self._speaker.proceed()

    # --- the replica (SpeechObserver) ---

    def answer_began(self, answer: Answer) -> None:
        """The replica can be heard."""
        self._tell_ears()
        self._emit(ReplicaStartedSpeaking(answer.inference_id))

    def answer_proceeds(self, answer: Answer, words: str) -> None:
        """Captions of the replica."""
        self._caption(answer.inference_id, "replica", words)

    def answer_over(self, answer: Answer, heard: str, *, interrupted: bool) -> None:
        """The replica has stopped: what was heard becomes history."""
        self.last_activity = time.monotonic()
        self._tell_ears()
        if answer.trace is not None and self._on_turn is not None:
            self._on_turn(answer.trace)
        seconds = answer.seconds_heard
        if interrupted:
            self._emit(ReplicaInterrupted(answer.inference_id))
        self._emit(ReplicaStoppedSpeaking(answer.inference_id, seconds, interrupted))
        if heard:
            self._caption(answer.inference_id, "replica", heard, final=True, interrupted=interrupted)
            self._emit(Utterance(answer.inference_id, "replica", heard, interrupted))
            began = time.monotonic() - self._started - seconds
            self._transcript.add(TranscriptEntry("assistant", heard, began, seconds, answer.inference_id))
        if not self._speaker.preparing:
            self.warm()

    def answer_unheard(self, answer: Answer) -> None:
        """Nothing came of an answer; the floor is free again."""
        self._tell_ears()

    # --- inside ---

    @property
    def _somebody_speaks(self) -> bool:
        return any(listener.ear.machine.in_turn for listener in self._listeners.values())

    def _follow_language(self, turn: UserTurn) -> None:
        """Answer in the language of the turn; its voice is opened while the answer is being written."""
        if self._language.heard(turn.language):
            self._engines.voices.prepare(self._language.tag)

    def _prompt_for(self, words: str) -> list[Message]:
        return self._prompt.messages(self._transcript.history(), words)

    def _prepare(self, inference_id: str, messages: list[Message], trace: TurnTrace) -> None:
        trace.turn_idx, trace.inference_id = self._turn_idx, inference_id
        if trace not in self.traces:
            self.traces.append(trace)
        self._asked = messages
        self._speaker.prepare(self._thinker.writer(messages), trace, inference_id=inference_id)

    def _answer(self, inference_id: str, words: str, duration: float, trace: TurnTrace) -> None:
        self._speaker.silence()
        messages = self._prompt_for(words)
        # What was prepared may be for another person's words, or for words that somebody has added to since.
        if not self._speaker.preparing or messages != self._asked:
            self._prepare(inference_id, messages, trace)
        self._hear_user(inference_id, words, duration)
        self._speaker.release()

    def _hear_user(self, inference_id: str, words: str, duration: float) -> None:
        if words:
            self._emit(Utterance(inference_id, "user", words))
            began = time.monotonic() - self._started - duration
            self._transcript.add(TranscriptEntry("user", words, began, duration, inference_id))

    def _caption(
        self, inference_id: str, role: Role, words: str, *, final: bool = False, interrupted: bool = False
    ) -> None:
        index = self._captions[inference_id, role]
        self._captions[inference_id, role] += 1
        self._emit(StreamingUtterance(inference_id, role, words, index, final=final, is_interrupted=interrupted))

    def _tell_ears(self) -> None:
        for listener in self._listeners.values():
            listener.ear.machine.replica_speaking = self._speaker.audible

    def _emit(self, event: Event) -> None:
        self._seq += 1
        self._send(event.message(self._conversation_id, self._seq, self._turn_idx))
