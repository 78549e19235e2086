"""Who has the stage: levels only, time is what the sound lasts."""

import numpy as np

from engine.room.active_speaker import ActiveSpeaker

RATE = 16_000


def say(speaker: ActiveSpeaker, levels: dict[str, float], seconds: float) -> list[str]:
    """Let several be heard at these levels for a while; return who became the active speaker, one after the other."""
    changes = []
    for _ in range(round(seconds / 0.02)):
        for session_id, level in levels.items():
            if speaker.hear(session_id, np.full(RATE // 50, level, dtype=np.float32), RATE):
                assert speaker.session_id is not None
                changes.append(speaker.session_id)
    return changes


def test_silence_makes_nobody_the_speaker() -> None:
    assert say(ActiveSpeaker(), {"a": 0.002, "b": 0.005}, 3) == []


def test_who_speaks_becomes_the_speaker_and_stays_it_in_silence() -> None:
    speaker = ActiveSpeaker()
    assert say(speaker, {"a": 0.1, "b": 0.0}, 1) == ["a"]
    assert say(speaker, {"a": 0.0, "b": 0.0}, 5) == []
    assert speaker.session_id == "a"


def test_a_cough_takes_no_stage() -> None:
    speaker = ActiveSpeaker()
    say(speaker, {"a": 0.1, "b": 0.0}, 1)
    assert say(speaker, {"a": 0.1, "b": 0.9}, 0.2) == []
    assert say(speaker, {"a": 0.1, "b": 0.0}, 2) == []


def test_of_two_who_speak_the_first_keeps_the_stage_unless_the_other_is_much_louder() -> None:
    speaker = ActiveSpeaker()
    say(speaker, {"a": 0.1, "b": 0.0}, 1)
    assert say(speaker, {"a": 0.1, "b": 0.15}, 3) == []
    assert say(speaker, {"a": 0.1, "b": 0.3}, 1) == ["b"]


def test_who_goes_on_when_the_other_has_ended_takes_over() -> None:
    speaker = ActiveSpeaker()
    say(speaker, {"a": 0.2, "b": 0.15}, 1)
    assert speaker.session_id == "a"
    assert say(speaker, {"a": 0.0, "b": 0.15}, 2) == ["b"]


def test_who_is_gone_has_no_stage() -> None:
    speaker = ActiveSpeaker()
    say(speaker, {"a": 0.5}, 1)
    speaker.forget("a")
    assert speaker.session_id is None
    assert say(speaker, {"b": 0.05}, 1) == ["b"]


def test_no_sound_is_no_news() -> None:
    assert not ActiveSpeaker().hear("a", np.empty(0, dtype=np.float32), RATE)
