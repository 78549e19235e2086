"""The interactions protocol in one table: what is taken and what is told, where it is documented, and which test holds it.

The documentation of the API shows what is not produced yet.
"""

from dataclasses import dataclass
from typing import Final, Literal

_PUBLIC: Final = "the public description of the messages"
_IN_A_ROOM: Final = (
    "test_later_events.py::test_everything_that_a_later_producer_tells_arrives_over_webrtc_and_over_http"
)
"""Fakes tell these events, through a real room."""


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of message."""

    name: str
    """`event_type`."""
    direction: Literal["in", "out"]
    """`in`: people and programs send it; `out`: the room sends it."""
    page: str
    """The seed page that documents it."""
    produced: Literal["now", "later"]
    """`later`: it is defined and described, and what leads to it is still to be built (of an interaction: what it acts on)."""
    test: str
    """File below `tests` and function."""


def _in(name: str, page: str, test: str, produced: Literal["now", "later"] = "now") -> Row:
    return Row(f"conversation.{name}", "in", page, produced, f"conversation/{test}")


def _out(name: str, page: str, test: str, produced: Literal["now", "later"] = "now") -> Row:
    return Row(f"conversation.{name}", "out", page, produced, f"conversation/{test}")


ROWS: Final = (
    _in("echo", "Echo Interaction", "test_echoes.py::test_sound_arrives_faster_than_it_is_played_and_in_order"),
    _in("respond", "Text Respond Interaction", "test_protocol.py::test_a_response_counts_a_turn_of_its_sender"),
    _in("interrupt", "Interrupt Interaction", "test_protocol.py::test_an_interruption_cuts_what_is_said"),
    _in(
        "append_llm_context",
        "Append Conversational Context Interaction",
        "test_protocol.py::test_appended_context_reaches_the_next_prompt",
    ),
    _in(
        "overwrite_llm_context",
        "Overwrite Conversational Context Interaction",
        "test_protocol.py::test_overwriting_replaces_the_conversational_context_alone",
    ),
    _in("sensitivity", "Sensitivity Interaction", "test_protocol.py::test_sensitivities_change_the_turns_of_everybody"),
    _in(
        "objective.confirm",
        "Objectives",
        "test_protocol.py::test_nothing_can_be_confirmed_while_nothing_is_pending",
        "later",
    ),
    _in("set_emotion", _PUBLIC, "test_protocol.py::test_an_emotion_stays_until_the_next_one"),
    _out("utterance", "Utterance Event", "test_protocol.py::test_what_people_say_carries_who_said_it"),
    _out("utterance.streaming", _PUBLIC, "test_director.py::test_captions_of_each_side_count_from_0"),
    _out(
        "user.started_speaking",
        "User Started/Stopped Speaking Event",
        "test_protocol.py::test_what_people_say_carries_who_said_it",
    ),
    _out(
        "user.stopped_speaking",
        "User Started/Stopped Speaking Event",
        "test_protocol.py::test_what_people_say_carries_who_said_it",
    ),
    _out(
        "replica.started_speaking",
        "Replica Started/Stopped Speaking Event",
        "test_director.py::test_a_turn_is_told_in_order_under_one_id",
    ),
    _out(
        "replica.stopped_speaking",
        "Replica Started/Stopped Speaking Event",
        "test_protocol.py::test_an_interruption_cuts_what_is_said",
    ),
    _out(
        "replica_interrupted", "Replica Interrupted Event", "test_protocol.py::test_an_interruption_cuts_what_is_said"
    ),
    _out("tool_call", "Tool Call Event", "test_tool_calls.py::test_a_tool_is_called_once_the_turn_is_the_replicas"),
    _out(
        "perception_tool_call",
        "Perception Tool Call Event",
        _IN_A_ROOM,
        "later",
    ),
    _out("perception_analysis", "Perception Analysis Event", _IN_A_ROOM, "later"),
    _out("objective.pending", "Objectives", _IN_A_ROOM, "later"),
    _out("rag.observability", "Knowledge Base", _IN_A_ROOM, "later"),
)
BY_NAME: Final = {row.name: row for row in ROWS}
