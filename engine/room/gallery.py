"""Who is shown to whom: people's cameras and screens in the sections that each connection has for others."""

import json

from engine.room.people_pictures import Kind, Source, arrange
from engine.room.places import Place, Places
from engine.room.roster import room_event


class Gallery:
    """Keeps every connection's sections filled, and tells which of them shows what (`room.pictures`)."""

    def __init__(self, places: Places, conversation_id: str) -> None:
        self._places = places
        self._conversation_id = conversation_id

    @property
    def shown(self) -> list[Source]:
        """The pictures that people send and mean to show."""
        return [source for place in self._places for source in _shown_by(place)]

    def arrange(self, active_speaker: str | None) -> None:
        """Show everybody the others; who has fewer sections than there are others sees screens and the active speaker first."""
        shown = {place.session_id: _shown_by(place) for place in self._places}
        for place in self._places:
            if place.participant is None or not place.participant.slots:
                continue
            others = [source for other, sources in shown.items() if other != place.session_id for source in sources]
            others.sort(key=lambda source: (source.kind != "screen", source.session_id != active_speaker))
            if arrange(place.participant.slots, others):
                pictures = [
                    {"mid": slot.mid, "session_id": slot.source.session_id, "kind": slot.source.kind}
                    for slot in place.participant.slots
                    if slot.source is not None
                ]
                place.participant.send(
                    json.dumps(room_event("room.pictures", self._conversation_id, pictures=pictures))
                )


def _shown_by(place: Place) -> list[Source]:
    """Return the pictures that somebody sends and means to show."""
    if place.participant is None:
        return []
    meant: dict[Kind, bool] = {"camera": place.presence.video, "screen": place.presence.screen}
    return [source for kind, source in place.participant.sources.items() if source.live and meant[kind]]
