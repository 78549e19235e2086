"""What happens in a call, as daily-python tells it."""

from collections.abc import Mapping
from typing import Any


class EventHandler:
    """What happens in a call; subclass it and override what matters. Runs on a thread of the client, one event after the other."""

    def on_app_message(self, message: Any, sender: str) -> None:
        """A message came; `sender` is a participant id."""

    def on_participant_joined(self, participant: Mapping[str, Any]) -> None:
        """Somebody is in the room now."""

    def on_participant_updated(self, participant: Mapping[str, Any]) -> None:
        """Something about somebody changed."""

    def on_participant_left(self, participant: Mapping[str, Any], reason: str) -> None:
        """Somebody is gone."""

    def on_participant_counts_updated(self, counts: Mapping[str, Any]) -> None:
        """There are more people now, or fewer."""

    def on_active_speaker_changed(self, participant: Mapping[str, Any]) -> None:
        """Another one speaks."""

    def on_call_state_updated(self, state: str) -> None:
        """`joining`, `joined`, `leaving` or `left`."""

    def on_error(self, message: str) -> None:
        """The call could not be joined, or broke."""

    def on_recording_started(self, status: Mapping[str, Any]) -> None:
        """The conversation is recorded; `status` carries `streamId` and `startedBy`, a participant id."""

    def on_recording_stopped(self, stream_id: str) -> None:
        """The recording is over."""

    def on_recording_error(self, stream_id: str, message: str) -> None:
        """The recording failed, or could not begin."""
