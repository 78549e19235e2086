"""Everybody in the call, and how each of them is listened to."""

import numpy as np
from numpy.typing import NDArray

from engine.conversation.call_language import CallLanguage
from engine.conversation.ear import Ear
from engine.conversation.engines import Engines
from engine.conversation.flow_settings import FlowSettings
from engine.conversation.listener import Listener, Spawn, TurnObserver
from engine.conversation.own_sound import OwnSound
from engine.conversation.person import Person
from engine.layers.audio import Samples


class Ears:
    """The people of one call by their session id, with an ear for each of them unless it is `deaf`."""

    def __init__(
        self,
        engines: Engines,
        observer: TurnObserver,
        spawn: Spawn,
        *,
        language: CallLanguage,
        hotwords: str = "",
        deaf: bool,
    ) -> None:
        self.people: dict[str, Person] = {}
        self._engines = engines
        self._observer = observer
        self._spawn = spawn
        self._language = language
        self._hotwords = hotwords
        self._deaf = deaf
        self._own_sound = OwnSound()
        self._listeners: dict[str, Listener] = {}

    @property
    def listening(self) -> bool:
        """Whether anybody is listened to."""
        return bool(self._listeners)

    @property
    def somebody_speaks(self) -> bool:
        """Whether anybody has the floor."""
        return any(listener.ear.machine.in_turn for listener in self._listeners.values())

    @property
    def somebody_is_heard(self) -> bool:
        """Whether anybody is speaking right now, and not in a pause."""
        return any(listener.ear.machine.speaking for listener in self._listeners.values())

    def join(self, person: Person, flow: FlowSettings, *, replica_speaking: bool) -> None:
        """Take a participant in."""
        self.people[person.session_id] = person
        if self._deaf:
            return
        ear = Ear(self._engines.open_vad(), person=person)
        ear.machine.replica_speaking = replica_speaking
        guard = self._engines.open_guard(self._own_sound.reference)
        self._listeners[person.session_id] = Listener(
            ear,
            guard,
            self._engines,
            self._observer,
            self._spawn,
            flow=flow,
            language=self._language,
            hotwords=self._hotwords,
        )

    def leave(self, session_id: str) -> None:
        """Let a participant go."""
        self.people.pop(session_id, None)
        listener = self._listeners.pop(session_id, None)
        if listener is not None:
            listener.close()

    def hear(self, session_id: str, samples: Samples) -> None:
        """Take a participant's sound, 16 kHz mono."""
        listener = self._listeners.get(session_id)
        if listener is not None:
            listener.hear(samples)

    def suppress_noise(self, session_id: str, on: bool) -> None:
        """Take steady noise out of a participant's sound, or leave it in."""
        listener = self._listeners.get(session_id)
        if listener is not None:
            listener.suppress_noise(on)

    def played(self, position: int, sound: NDArray[np.int16]) -> None:
        """Take what everybody in the room hears of the replica, mono, 48 kHz: it may come back through their microphones."""
        self._own_sound.play(position, sound)

    def follow(self, flow: FlowSettings) -> None:
        """Take everybody's turns by these settings from now on."""
        for listener in self._listeners.values():
            listener.follow(flow)

    def replica_speaks(self, audible: bool) -> None:
        """Say whether the replica can be heard."""
        for listener in self._listeners.values():
            listener.ear.machine.replica_speaking = audible

    def close(self) -> None:
        """Stop listening for good."""
        for session_id in list(self._listeners):
            self.leave(session_id)
