"""The interactions protocol: what participants send over the data channel, and what the room sends them."""

from engine.api.reference.room_events import EVENTS
from engine.api.reference.room_interactions import INTERACTIONS

MESSAGES = (*INTERACTIONS, *EVENTS)
