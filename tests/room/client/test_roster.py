from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine.room.client.roster import (
    ActiveSpeaker,
    Joined,
    Left,
    NetworkQuality,
    Recording,
    RoomChange,
    Roster,
    Updated,
    is_room_message,
)

ME, ANN = {"session_id": "me", "user_id": "me", "user_name": "Me"}, {"session_id": "s1", "user_name": "Ann"}
REPLICA = {"session_id": "tavus-replica-c1", "user_id": "tavus-replica-c1", "user_name": "Ada", "audio": True}


def told(event: str, **properties: Any) -> dict[str, Any]:
    return {"message_type": "room", "event_type": f"room.{event}", "properties": properties}


def roster_of(*participants: dict[str, Any]) -> tuple[Roster, list[RoomChange]]:
    roster = Roster()
    roster.session_id = "me"
    return roster, list(roster.follow(told("participants", participants=list(participants))))


def names(roster: Roster) -> list[str]:
    return [each.user_name for each in roster.participants.values()]


def test_a_room_that_tells_nothing_has_an_empty_roster() -> None:
    assert Roster().participants == {}
    assert Roster().replica is None


def test_a_newcomer_learns_who_is_there_and_which_one_it_is_itself() -> None:
    roster, changes = roster_of(REPLICA, ANN, ME)
    assert names(roster) == ["Ada", "Ann"]
    assert roster.replica is not None
    assert roster.replica.user_name == "Ada"
    assert roster.local is not None
    assert roster.local.local
    assert [type(change) for change in changes] == [Joined, Joined, Updated]


def test_people_join_change_and_leave() -> None:
    roster, _ = roster_of(REPLICA)
    [joined] = roster.follow(told("participant_joined", participant=ANN))
    assert isinstance(joined, Joined)
    [updated] = roster.follow(told("participant_updated", participant={**ANN, "audio": True}))
    assert isinstance(updated, Updated)
    assert updated.participant.audio
    assert not list(roster.follow(told("participant_updated", participant={**ANN, "audio": True})))
    [left] = roster.follow(told("participant_left", participant={"session_id": "s1"}))
    assert isinstance(left, Left)
    assert left.participant.user_name == "Ann"
    assert names(roster) == ["Ada"]


def test_whoever_is_missing_from_a_new_roster_has_left() -> None:
    roster, _ = roster_of(REPLICA, ANN)
    changes = list(roster.follow(told("participants", participants=[REPLICA, ME])))
    assert [type(change) for change in changes] == [Left, Updated]
    assert names(roster) == ["Ada"]


def test_who_speaks_and_how_good_the_network_is() -> None:
    roster, _ = roster_of()
    assert list(roster.follow(told("active_speaker", session_id="s1"))) == [ActiveSpeaker("s1")]
    assert list(roster.follow(told("active_speaker", session_id=None))) == [ActiveSpeaker(None)]
    assert list(roster.follow(told("network_quality", quality=71, threshold="low"))) == [NetworkQuality(71, "low")]


def test_everybody_s_connection_is_known_and_good_until_the_room_says_otherwise() -> None:
    roster, _ = roster_of(REPLICA, ANN, ME)
    assert [each.network for each in roster.participants.values()] == ["good", "good"]
    [updated] = roster.follow(told("participant_updated", participant={**ANN, "network": "low"}))
    assert isinstance(updated, Updated)
    assert updated.participant.network == roster.participants["s1"].network == "low"
    assert not list(roster.follow(told("participant_updated", participant={**ANN, "network": "low"})))
    list(roster.follow(told("network_quality", quality=12, threshold="very-low")))
    assert roster.local is not None
    assert roster.local.network == "very-low", "of this client itself the room tells it so"


def test_a_recording_is_known_while_it_runs() -> None:
    roster, _ = roster_of()
    begun = {"state": "started", "recording_id": "rec1", "session_id": "s1"}
    assert list(roster.follow(told("recording", **begun))) == [Recording("started", "rec1", "s1")]
    assert list(roster.follow(told("recording", **begun))) == [], "who is back is told again"
    assert roster.recording == Recording("started", "rec1", "s1")
    ended = {**begun, "state": "failed", "error": "the disk is full"}
    assert list(roster.follow(told("recording", **ended))) == [Recording("failed", "rec1", "s1", "the disk is full")]
    assert roster.recording is None
    assert list(roster.follow(told("recording", state="paused"))) == []


def test_the_messages_of_conversations_are_none_of_the_room() -> None:
    assert is_room_message(told("participants"))
    assert not is_room_message({"message_type": "conversation", "event_type": "conversation.utterance"})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["s1", "me"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
entries = st.dictionaries(
    st.sampled_from(["session_id", "user_id", "user_name", "audio", "joined_at", "network"]), json_values
)
events = st.sampled_from(
    ["participants", "participant_joined", "participant_left", "active_speaker", "network_quality", "recording"]
)


@given(event=events, described=entries | json_values, everybody=st.lists(entries | json_values, max_size=3))
def test_what_cannot_be_read_changes_nothing_and_raises_nothing(event: str, described: Any, everybody: Any) -> None:
    roster, _ = roster_of(REPLICA, ANN)
    for properties in ({"participant": described, "participants": everybody, "session_id": described}, described):
        list(roster.follow({"message_type": "room", "event_type": f"room.{event}", "properties": properties}))
    assert all(each and isinstance(each, str) for each in roster.participants)
    assert all(each.network and isinstance(each.network, str) for each in roster.participants.values())
