"""Whoever wears headphones in a silent room is heard over the replica, and an echo that nobody knows yet is not."""

import pytest

from engine.layers.audio import HEARING_RATE
from engine.layers.echo.guard import EchoGuard
from engine.layers.echo.reference import Reference
from tests.layers.echo.conftest import Listen, guarded
from tests.layers.echo.rooms import Path, people, told
from tests.layers.sounds import silence
from tests.model_files import NEEDS_MODELS

MARK_MODELS, SKIP_WITHOUT = NEEDS_MODELS


@MARK_MODELS
@SKIP_WITHOUT
@pytest.mark.parametrize("voice", ["en_US-vera-medium", "en_US-hugo-medium"])
def test_a_person_in_a_silent_room_is_heard_over_the_replica(listen: Listen, voice: str) -> None:
    played = told(voice)[: 10 * HEARING_RATE]
    for name, person in people():
        microphone = silence(10.0)
        start = round(3.1 * HEARING_RATE)
        microphone[start : start + person.size] = person[: microphone.size - start]
        [first, *_] = listen(microphone).barge_ins
        heard = listen(guarded(played, microphone).counted).barge_ins
        assert heard, name
        assert abs(heard[0] - first) <= 0.5, name


@MARK_MODELS
@SKIP_WITHOUT
@pytest.mark.parametrize("level", [-20.0, -30.0])
@pytest.mark.parametrize("start", [0.5, 8.0, 25.0])
def test_an_echo_in_a_silent_room_starts_no_turn_in_its_first_seconds(
    listen: Listen, start: float, level: float
) -> None:
    first = int(start * HEARING_RATE)
    played = told()[first : first + 5 * HEARING_RATE]
    assert listen(guarded(played, Path(level, 150).echo(played)).counted).turns == ()


def test_no_sample_is_lost_or_added_while_it_is_found_out_what_a_sound_is() -> None:
    played = told()[: 4 * HEARING_RATE]
    person = people()[0][1]
    reference = Reference()
    guard = EchoGuard(reference)
    came, counted, most = 0, 0, 0
    for at in range(0, min(played.size, person.size), 320):
        reference.play(3 * (at + HEARING_RATE), played[at : at + 320])
        block = person[at : at + 320]
        came, counted = came + block.size, counted + guard.hear(block).counted.size
        most = max(most, came - counted)
    assert most <= 0.45 * HEARING_RATE
    assert came - counted <= most
