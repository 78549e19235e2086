"""Participants as daily-python shows them."""

from typing import Any

from engine.room.client.client import RoomClient
from engine.room.client.roster import Participant


def described(participant: Participant) -> dict[str, Any]:
    """Return the dictionary of somebody in the room."""
    sent = {"camera": participant.video, "microphone": participant.audio, "screenVideo": participant.screen}
    return {
        "id": participant.session_id,
        "info": {
            "userId": participant.user_id,
            "userName": participant.user_name,
            "isLocal": participant.local,
            "isOwner": participant.owner,
            "joinedAt": participant.joined_at,
        },
        "media": {kind: {"state": "playable" if on else "off"} for kind, on in sent.items()},
    }


def local_description(room: RoomClient, user_name: str) -> dict[str, Any]:
    """Return the dictionary of this client itself: what the room told of it, else what it knows."""
    own = room.local or Participant(
        room.session_id,
        user_name=user_name,
        audio=room.microphone.on,
        video=room.camera.on,
        screen=room.screen.on,
    )
    return {**described(own), "info": {**described(own)["info"], "isLocal": True}}
