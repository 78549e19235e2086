"""What a room tells the people in it, of itself: who is there, who speaks, whether the call is recorded."""

import json
from typing import Any

from engine.room.network_quality import Quality
from engine.room.participant import Participant
from engine.room.places import Place, Places
from engine.room.roster import Presence, change_of, refusal, room_event


class Notices:
    """Messages of the data channel; who is away for a moment gets them later."""

    def __init__(self, places: Places, replica: Presence, conversation_id: str) -> None:
        self._places = places
        self._replica = replica
        self._conversation_id = conversation_id
        self._recording: dict[str, Any] | None = None
        """What was told of the recording that runs."""

    def tell(self, message: dict[str, Any], *, but: Place | None = None) -> None:
        """Send a message to everyone, `but` perhaps one."""
        text = json.dumps(message)
        for place in self._places:
            if place is not but:
                place.send(text)

    def welcome(self, newcomer: Place) -> None:
        """Tell somebody whose connection has come up who is there, and that the call is recorded if it is."""
        known = [place.presence for place in self._places if place.entered and place is not newcomer]
        roster = [presence.as_json() for presence in (self._replica, *known)]
        roster.append(newcomer.presence.as_json(local=True))
        newcomer.send(json.dumps(self._event("room.participants", participants=roster)))
        if self._recording is not None:
            newcomer.send(json.dumps(self._recording))

    def came(self, place: Place) -> None:
        """Tell the others that somebody has joined."""
        self.tell(change_of("joined", self._conversation_id, place.presence), but=place)

    def left(self, place: Place) -> None:
        """Tell the others that somebody has left."""
        self.tell(change_of("left", self._conversation_id, place.presence), but=place)

    def change(self, place: Place, presence: Presence) -> None:
        """Note what somebody shows now, or how well they are connected, and tell the others if that is new."""
        if presence != place.presence:
            place.presence = presence
            self.tell(change_of("updated", self._conversation_id, presence), but=place)

    def speaks(self, session_id: str) -> None:
        """Tell who speaks now."""
        self.tell(self._event("room.active_speaker", session_id=session_id))

    def recording(self, state: str, *, recording_id: str, session_id: str, error: str = "") -> None:
        """Tell that a recording was `started`, `stopped` or has `failed`; `session_id`: who asked, empty for nobody in the room."""
        more = {"error": error} if error else {}
        told = self._event("room.recording", state=state, recording_id=recording_id, session_id=session_id, **more)
        self._recording = told if state == "started" else None
        self.tell(told)

    def quality(self, place: Place, quality: Quality) -> None:
        """Tell somebody how good their connection is, and the others when there is another word for it."""
        place.send(json.dumps(self._event("room.network_quality", **quality.properties())))
        self.change(place, place.presence.connected(quality.threshold))

    def refuse(self, participant: Participant, message: dict[str, Any], error: Exception) -> None:
        """Tell somebody what was wrong with their message."""
        participant.send(json.dumps(refusal(self._conversation_id, message.get("event_type"), error)))

    def _event(self, event_type: str, **properties: Any) -> dict[str, Any]:
        return room_event(event_type, self._conversation_id, **properties)
