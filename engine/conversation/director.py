"""The director of one call: what people say and do comes in, what the replica says and everyone is told goes out."""

import time
from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.conversation.announcer import Announcer
from engine.conversation.answer import AnswerParts
from engine.conversation.call_language import CallLanguage
from engine.conversation.ear import UserTurn
from engine.conversation.ears import Ears
from engine.conversation.echoes import Echoes
from engine.conversation.engines import Engines
from engine.conversation.events import (
    Event,
    ReplicaInterrupted,
    ReplicaStartedSpeaking,
    ReplicaStoppedSpeaking,
    UserStartedSpeaking,
    UserStoppedSpeaking,
    Utterance,
)
from engine.conversation.events import ToolCall as ToolCalled
from engine.conversation.flow_settings import FlowSettings
from engine.conversation.interactions import (
    AppendContext,
    ConfirmObjective,
    Echo,
    EchoSound,
    Interaction,
    Interrupt,
    OverwriteContext,
    Respond,
    Sensitivity,
    SetEmotion,
    parse_interaction,
)
from engine.conversation.listener import Spawn
from engine.conversation.person import Person
from engine.conversation.prompt import PromptBuilder
from engine.conversation.speaker import Speaker
from engine.conversation.speech import Speech
from engine.conversation.thinker import Thinker
from engine.conversation.trace import TurnTrace
from engine.conversation.transcript import Transcript, TranscriptEntry
from engine.errors import InvalidInputError
from engine.layers.audio import MEDIA_RATE, Samples
from engine.layers.flow.backchannels import is_backchannel
from engine.layers.llm.protocol import Message, ToolCall
from engine.layers.replica.protocol import ReplicaState

LONGEST_HOLD = MEDIA_RATE * 85 // 100
"""Media samples (0.85 s) for which the replica is silent at most before it goes on or has stopped for good."""
READ_AHEAD = 8
"""Words of a running turn that the model reads at a time."""
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
        flow: FlowSettings | None = None,
        hotwords: str = "",
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
        self._announcer = Announcer(conversation_id, send)
        self._face, self._playout, self._resting = parts.face, parts.playout, parts.resting
        self._speaker = Speaker(parts, self, spawn)
        self._echoes = Echoes(self._speaker)
        self._ears = Ears(engines, self, spawn, language=language, hotwords=hotwords, deaf=echo)
        self._flow = flow or FlowSettings()
        self._transcript = Transcript()
        self._started = time.monotonic()
        self.last_activity = self._started
        """When somebody, the replica included, last spoke or sent something (monotonic)."""
        self.traces: deque[TurnTrace] = deque(maxlen=TRACES_KEPT)
        self._speculative = parts.speculative
        self._read = 0
        """Words of the running turn that the model has read."""
        self._asked: list[Message] = []
        """The prompt of the answer that is prepared."""
        self._false_start = False
        """What is held is the answer to somebody who may not have been done: as far as the replica's memory goes it was never said."""
        self._held_since = self._begun_at = 0
        """Media sample at which it fell silent, and the turns that there were when it began to speak."""
        self._interrupting = False
        """Somebody has spoken into what the replica says for long enough to stop it, if it is words."""
        self._claimed = False
        """Whoever made it fall silent has spoken long enough to have the floor."""
        self._owed = False
        """Somebody said something that is not answered yet."""
        self._closed = False

    @property
    def state(self) -> ReplicaState:
        """What the face shows; may be read from any thread."""
        if self._speaker.audible and not self._speaker.held:
            return ReplicaState.SPEAKING
        if self._speaker.pending:
            return ReplicaState.THINKING
        return ReplicaState.LISTENING if self._ears.listening else ReplicaState.IDLE

    @property
    def speech(self) -> bool:
        """Whether somebody, the replica included, speaks right now."""
        return self._speaker.audible or self._ears.somebody_speaks

    def warm(self) -> None:
        """Evaluate the prompt as it stands."""
        if not self._closed:
            self._thinker.warm([self._prompt.system(), *self._transcript.history()])

    def transcript(self) -> list[dict[str, Any]]:
        """Return the transcript as callbacks carry it."""
        return self._transcript.as_json(self._prompt.system())

    def join(self, session_id: str, *, user_name: str = "", greeting: str = "") -> None:
        """Take a participant in; the first one may be greeted."""
        if self._closed:
            return
        self._ears.join(Person(session_id, user_name), self._flow, replica_speaking=self._speaker.audible)
        self.last_activity = time.monotonic()
        if greeting:
            self._speaker.say(greeting)

    def leave(self, session_id: str) -> None:
        """Let a participant go."""
        self._ears.leave(session_id)

    def hear(self, session_id: str, samples: Samples) -> None:
        """Take a participant's sound, 16 kHz mono."""
        self._ears.hear(session_id, samples)

    def suppress_noise(self, session_id: str, on: bool) -> None:
        """Take steady noise out of a participant's sound before it is listened to, or leave it in, as at first."""
        self._ears.suppress_noise(session_id, on)

    def played(self, position: int, sound: NDArray[np.int16]) -> None:
        """Take what everybody in the room hears of the replica, mono, 48 kHz: it may come back through their microphones."""
        self._ears.played(position, sound)
        if self._speaker.held and position - self._held_since >= LONGEST_HOLD:
            if self._ears.somebody_is_heard:
                self.floor_taken()
            else:
                self._go_on()

    def interact(self, message: dict[str, Any], sender: str | None = None) -> None:
        """Handle a message of the interactions protocol; raises InvalidInputError.

        `sender`: the session id of who sent it; None: somebody who is not in the room.
        """
        conversation_id = message.get("conversation_id") or self._conversation_id
        if conversation_id != self._conversation_id:
            raise InvalidInputError("conversation_id", conversation_id, f"{self._conversation_id!r} (this room's) is")
        interaction = parse_interaction(message)
        if not self._closed:
            self.last_activity = time.monotonic()
            self._act(interaction, sender)

    def announce(self, event: Event) -> None:
        """Tell everyone in the room; the event gets its place in the order of the call."""
        self._announcer.announce(event)

    def close(self) -> None:
        """Stop listening and speaking for good; the transcript is complete then."""
        self._closed = True
        self._ears.close()
        self._speaker.close()

    # --- people (TurnObserver) ---

    def turn_started(self, turn: UserTurn) -> None:
        """Speech began: an answer that nobody has heard yet is taken back; what it was to answer stays, and is answered with this turn."""
        self.last_activity = time.monotonic()
        self._announcer.turn_idx += 1
        self._read = 0
        self.announce(UserStartedSpeaking(turn.inference_id, turn.person))
        self._speaker.take_back()

    def barged_in(self, *, goes_on: bool) -> None:
        """Somebody speaks: the replica is silent until it is known whether they listen, interrupt, or were not done."""
        self._interrupting = self._speaker.audible
        if self._speaker.held:
            return
        self._speaker.hold()
        if self._speaker.held:
            self._false_start, self._claimed = goes_on, False
            self._held_since = self._playout.position

    def floor_taken(self) -> None:
        """Whoever speaks for so long has the floor with their first word, if it is words."""
        self._claimed = True

    def is_aside(self, words: str) -> bool:
        """Whether these words are a listener's, who leaves the floor to the replica."""
        listens = self._speaker.audible and not (self._speaker.nearly_over or self._speaker.asks)
        return listens and is_backchannel(words, self._language.code)

    def words_heard(self, turn: UserTurn, words: str, stable: str) -> None:
        """Words so far, for captions; those that will not change are read by the model while the rest is being said."""
        self.last_activity = time.monotonic()
        self._announcer.caption(turn.inference_id, "user", words, person=turn.person)
        if self._speaker.held and self._claimed:
            self._speaker.silence()
        count = len(stable.split())
        if (
            self._speculative
            and count - self._read >= READ_AHEAD
            and not (self._speaker.audible or self._speaker.pending or self._speaker.preparing)
        ):
            self._read = count
            self._thinker.warm(self._prompt_for(stable, turn.person))

    def turn_considered(self, turn: UserTurn, words: str, trace: TurnTrace) -> None:
        """A pause: prepare the answer in case the turn ends here."""
        self._follow_language(turn)
        if self._interrupting:
            self._speaker.silence()
        if not self._speaker.audible:
            self._face.attend(self._playout.position)
            self._prepare(turn.inference_id, self._prompt_for(words, turn.person), trace)

    def turn_resumed(self) -> None:
        """The person goes on."""
        self._speaker.withdraw()

    def turn_ended(self, turn: UserTurn, words: str, duration: float, trace: TurnTrace) -> None:
        """The turn is over: answer it, unless somebody has begun to speak again: then it is answered with what they say."""
        self._follow_language(turn)
        self.last_activity = time.monotonic()
        self.announce(UserStoppedSpeaking(turn.inference_id, duration, turn.person))
        talks_on = self._speaker.audible and not self._interrupting
        if self._ears.somebody_speaks or talks_on:
            # What was too short to stop the replica is answered when it has said what it says.
            self._hear_user(turn, words, duration)
        else:
            self._answer(turn, words, duration, trace)

    def turn_dropped(self, turn: UserTurn) -> None:
        """Nothing was said: what stayed unsaid or unanswered because of it is made up for."""
        self.announce(UserStoppedSpeaking(turn.inference_id, 0.0, turn.person))
        if not self._ears.somebody_is_heard:
            self._interrupting = False
            self._go_on()
        if self._closed or self._ears.somebody_speaks or not self._ears.listening:
            return
        if self._owed and not (self._speaker.audible or self._speaker.pending):
            self._answer(turn, "", 0.0, TurnTrace(time.monotonic()))
        else:
            self._speaker.proceed()

    # --- the replica (SpeechObserver) ---

    def answer_began(self, answer: Speech) -> None:
        """The replica can be heard."""
        self._begun_at = len(self._transcript)
        if answer.trace is not None:
            self._owed = False
        self._ears.replica_speaks(self._speaker.audible)
        self.announce(ReplicaStartedSpeaking(answer.inference_id))

    def answer_proceeds(self, answer: Speech, words: str) -> None:
        """Captions of the replica; nobody knows the words of a sound from outside."""
        if words:
            self._announcer.caption(answer.inference_id, "replica", words)

    def answer_over(self, answer: Speech, heard: str, *, interrupted: bool) -> None:
        """The replica has stopped: what was heard becomes history."""
        false_start, self._false_start = self._false_start, False
        self._interrupting = False
        self.last_activity = time.monotonic()
        self._ears.replica_speaks(self._speaker.audible)
        if answer.trace is not None and self._on_turn is not None:
            self._on_turn(answer.trace)
        seconds = answer.seconds_heard
        if interrupted:
            self.announce(ReplicaInterrupted(answer.inference_id))
        self.announce(ReplicaStoppedSpeaking(answer.inference_id, seconds, interrupted))
        if heard:
            self._announcer.caption(answer.inference_id, "replica", heard, final=True, interrupted=interrupted)
            self.announce(Utterance(answer.inference_id, "replica", heard, interrupted))
            if not false_start:
                began = time.monotonic() - self._started - seconds
                self._transcript.add(
                    TranscriptEntry("assistant", heard, began, seconds, answer.inference_id), self._begun_at
                )
        self._owed = self._owed or false_start
        if self._owed and not interrupted and not (self._closed or self._ears.somebody_speaks):
            self._answer(UserTurn(), "", 0.0, TurnTrace(time.monotonic()))
        elif not self._speaker.preparing:
            self.warm()

    def tool_called(self, answer: Speech, call: ToolCall) -> None:
        """A program in the room is asked to do something; what comes of it comes back as context."""
        self._owed = False
        self.announce(ToolCalled(answer.inference_id, call.name, call.arguments, call.id))

    def answer_unheard(self, answer: Speech) -> None:
        """Nothing came of an answer; the floor is free again."""
        self._owed = False
        self._ears.replica_speaks(self._speaker.audible)

    # --- inside ---

    def _go_on(self) -> None:
        self._false_start = False
        self._speaker.go_on()

    def _act(self, interaction: Interaction, sender: str | None) -> None:
        match interaction:
            case Echo():
                self._echoes.text(interaction, sender)
            case EchoSound():
                self._echoes.sound(interaction, sender)
            case Interrupt():
                self._false_start = self._owed = False
                self._speaker.silence()
            case Respond() if self._echo:
                raise InvalidInputError("event_type", "conversation.respond", "in echo mode 'conversation.echo' is")
            case Respond():
                self._announcer.turn_idx += 1
                turn = UserTurn(person=self._ears.people.get(sender or ""))
                self._answer(turn, interaction.text, 0.0, TurnTrace(time.monotonic()))
            case AppendContext():
                self._prompt.append(interaction.context)
                self._warm_again()
            case OverwriteContext():
                self._prompt.conversational_context = interaction.context
                self._warm_again()
            case Sensitivity():
                self._flow = self._flow.adjusted(pause=interaction.pause, interrupt=interaction.interrupt)
                self._ears.follow(self._flow)
            case SetEmotion():
                self._resting.mien = (interaction.emotion, 1.0)
                self._face.feel(interaction.emotion, self._playout.position)
            case ConfirmObjective():
                accepted = "it is while an objective waits for confirmation; none does"
                raise InvalidInputError("event_type", "conversation.objective.confirm", accepted)

    def _warm_again(self) -> None:
        if not self._speaker.preparing:
            self.warm()

    def _follow_language(self, turn: UserTurn) -> None:
        """Answer in the language of the turn; its voice is opened while the answer is being written."""
        if self._language.heard(turn.language):
            self._engines.voices.prepare(self._language.tag)

    def _name(self, person: Person | None) -> str:
        """Return how prompts name somebody: not at all while they are alone with the replica."""
        return person.name if person is not None and len(self._ears.people) > 1 else ""

    def _prompt_for(self, words: str, person: Person | None) -> list[Message]:
        return self._prompt.messages(self._transcript.history(), words, self._name(person))

    def _prepare(self, inference_id: str, messages: list[Message], trace: TurnTrace) -> None:
        trace.turn_idx, trace.inference_id = self._announcer.turn_idx, inference_id
        if trace not in self.traces:
            self.traces.append(trace)
        self._asked = messages
        self._speaker.prepare(self._thinker.writer(messages), trace, inference_id=inference_id)

    def _answer(self, turn: UserTurn, words: str, duration: float, trace: TurnTrace) -> None:
        self._speaker.silence()
        messages = self._prompt_for(words, turn.person)
        # What was prepared may be for another person's words, or for words that somebody has added to since.
        if not self._speaker.preparing or messages != self._asked:
            self._prepare(turn.inference_id, messages, trace)
        self._hear_user(turn, words, duration)
        self._speaker.release()

    def _hear_user(self, turn: UserTurn, words: str, duration: float) -> None:
        if words:
            self._owed = True
            self.announce(Utterance(turn.inference_id, "user", words, person=turn.person))
            began = time.monotonic() - self._started - duration
            name = self._name(turn.person)
            self._transcript.add(TranscriptEntry("user", words, began, duration, turn.inference_id, name))
