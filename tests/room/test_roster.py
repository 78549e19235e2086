"""What is known of a participant, and what a message may change of it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InvalidInputError
from engine.room.roster import STATES, Presence, change_of, refusal

ADA = Presence("s1", "u1", "Ada", False, "2026-01-01T00:00:00.000Z", audio=True)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


def test_only_the_states_that_are_named_change() -> None:
    changed = ADA.changed({"event_type": "room.state", "properties": {"screen": True, "colour": "red"}})
    assert (changed.audio, changed.video, changed.screen) == (True, False, True)
    assert changed.session_id == "s1"


def test_a_change_is_told_with_the_whole_participant() -> None:
    message = change_of("updated", "c1", ADA)
    assert (message["message_type"], message["event_type"]) == ("room", "room.participant_updated")
    assert message["properties"]["participant"]["user_name"] == "Ada"
    assert message["properties"]["participant"]["local"] is False


def test_how_good_a_connection_is_is_told_and_cannot_be_said_by_its_owner() -> None:
    assert ADA.as_json()["network"] == "good"
    weak = ADA.connected("very-low")
    assert change_of("updated", "c1", weak)["properties"]["participant"]["network"] == "very-low"
    assert weak.changed({"event_type": "room.state", "properties": {"network": "good", "audio": True}}) == weak


def test_a_refusal_repeats_no_more_than_the_beginning_of_what_was_sent() -> None:
    assert refusal("c1", "x" * 1000, ValueError("no"))["properties"]["event_type"] == "x" * 100
    assert refusal("c1", {"a": 1}, ValueError("no"))["properties"]["event_type"] is None


@given(st.fixed_dictionaries({}, optional={"event_type": st.just("room.state") | ANYTHING, "properties": ANYTHING}))
def test_whatever_is_sent_either_changes_the_three_states_or_is_refused(message: dict[str, object]) -> None:
    try:
        changed = ADA.changed(message)
    except InvalidInputError:
        return
    assert all(isinstance(getattr(changed, name), bool) for name in STATES)
    assert json.dumps(changed.as_json())


def test_identity_cannot_be_sent() -> None:
    with_identity = {
        "event_type": "room.state",
        "properties": {"owner": True, "user_name": "Bruno", "session_id": "s2"},
    }
    assert ADA.changed(with_identity) == ADA
    with pytest.raises(InvalidInputError, match="event_type"):
        ADA.changed({**with_identity, "event_type": "room.participant_left"})
