"""The messages of a room's data channel: the interactions protocol, and those between a participant and the room itself."""

from engine.api.reference.room_events import EVENTS
from engine.api.reference.room_interactions import INTERACTIONS
from engine.api.reference.room_presence import FROM_ROOM, TO_ROOM

MESSAGES = (*INTERACTIONS, *EVENTS, *TO_ROOM, *FROM_ROOM)
