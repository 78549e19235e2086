"""When a call ends by itself."""

import pytest

from engine.conversation.lifetime import Lifetime


@pytest.mark.parametrize(
    ("now", "last_activity", "people", "emptied", "reason"),
    [
        (10, 0, 0, None, None),
        (299.9, 0, 0, None, None),
        (300, 0, 0, None, "participant_absent_timeout"),
        (600, 400, 1, None, None),
        (700, 400, 1, None, "participant_absent_timeout"),
        (10, 9, 0, 9.5, "participant_left_timeout"),
        (3600, 3599, 1, None, "max_call_duration"),
    ],
)
def test_the_defaults_of_the_contract(
    now: float, last_activity: float, people: int, emptied: float | None, reason: str | None
) -> None:
    lifetime = Lifetime.of({})
    found = lifetime.reason_to_end(now, started=0, last_activity=last_activity, people=people, emptied=emptied)
    assert found == reason


def test_the_properties_of_a_conversation_count() -> None:
    lifetime = Lifetime.of({"max_call_duration": 60, "participant_left_timeout": 30, "participant_absent_timeout": 20})

    def reason(now: float, emptied: float) -> str | None:
        return lifetime.reason_to_end(now, started=0, last_activity=39, people=0, emptied=emptied)

    assert reason(40, emptied=30) is None
    assert reason(59, emptied=29) == "participant_left_timeout"
    assert reason(60, emptied=59) == "max_call_duration"
