"""The replica on loudspeakers never hears itself, and hears everybody else."""

import numpy as np
import pytest

from engine.layers.audio import HEARING_RATE, Samples
from engine.layers.echo.guard import EchoGuard
from engine.layers.echo.reference import Reference
from tests.layers.echo.conftest import Listen, guarded
from tests.layers.echo.rooms import Path, background, people, told
from tests.layers.sounds import silence
from tests.model_files import NEEDS_MODELS

LEVELS = (-20.0, -30.0)
DELAYS = (20, 120, 350)
NOISES = (None, -60.0, -50.0)
MARK_MODELS, SKIP_WITHOUT = NEEDS_MODELS


def fan(size: int, noise: float | None) -> Samples:
    return np.zeros(size, dtype=np.float32) if noise is None else background(size, noise)


def room(path: Path, played: Samples, noise: float | None) -> Samples:
    return path.echo(played) + fan(played.size, noise)


def placed(person: Samples, at: float, size: int) -> Samples:
    sound = np.zeros(size, dtype=np.float32)
    start = int(at * HEARING_RATE)
    sound[start : start + person.size] = person
    return sound


def level(samples: Samples) -> float:
    return float(20.0 * np.log10(np.sqrt(np.mean(np.square(samples, dtype=np.float64))) + 1e-9))


@MARK_MODELS
@SKIP_WITHOUT
@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("delay", DELAYS)
@pytest.mark.parametrize("loudness", LEVELS)
def test_the_own_voice_never_starts_a_turn(listen: Listen, loudness: float, delay: int, noise: float | None) -> None:
    played = told()
    microphone = room(Path(loudness, delay), played, noise)
    assert listen(microphone).turns, "without the guard it does"
    found = guarded(played, microphone)
    assert listen(found.counted).turns == ()
    assert found.delay == pytest.approx(delay / 1000, abs=0.03)


@MARK_MODELS
@SKIP_WITHOUT
@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("delay", DELAYS)
@pytest.mark.parametrize("loudness", LEVELS)
def test_a_person_over_the_echo_is_heard_as_soon_as_without_it(
    listen: Listen, loudness: float, delay: int, noise: float | None
) -> None:
    played = told()[: 14 * HEARING_RATE]
    here = people()
    # Everybody's turn comes, but not in every room.
    turn = 2 * (LEVELS.index(loudness) + DELAYS.index(delay) + NOISES.index(noise))
    for number in {turn % len(here), (turn + 1) % len(here)}:
        name, person = here[number]
        alone = placed(person, 6.0 + 0.7 * number, played.size)
        [first, *_] = listen(alone + fan(played.size, noise)).turns
        heard = listen(guarded(played, alone + room(Path(loudness, delay), played, noise)).counted).turns
        assert heard, name
        assert abs(heard[0] - first) <= 0.2, name


@MARK_MODELS
@SKIP_WITHOUT
@pytest.mark.parametrize(
    "path",
    [
        Path(-20.0, 120, reverberation=0.6),
        Path(-20.0, 480),
        Path(-20.0, 3),
        Path(-10.0, 250),
        Path(0.0, 120),
        Path(-20.0, 350, drift=-50.0),
    ],
    ids=["reverberant", "late", "near", "loud", "as loud as played", "fast clock"],
)
def test_other_rooms_start_no_turn_either(listen: Listen, path: Path) -> None:
    played = told()
    assert listen(guarded(played, path.echo(played)).counted).turns == ()


@MARK_MODELS
@SKIP_WITHOUT
@pytest.mark.parametrize("voice", ["en_US-hugo-medium", "basic"])
def test_every_voice_is_known_as_its_own(listen: Listen, voice: str) -> None:
    played = told(voice)
    assert listen(guarded(played, room(Path(-20.0, 120), played, -60.0)).counted).turns == ()


@MARK_MODELS
@SKIP_WITHOUT
@pytest.mark.parametrize(("before", "after"), [(120, 300), (300, 120)])
def test_a_delay_that_jumps_starts_no_turn(listen: Listen, before: int, after: int) -> None:
    played, jump = told(), 20 * HEARING_RATE
    first, second = (Path(-20.0, delay).echo(played) for delay in (before, after))
    found = guarded(played, np.concatenate([first[:jump], second[jump:]]))
    assert listen(found.counted).turns == ()
    assert found.delay == pytest.approx(after / 1000, abs=0.03)


@MARK_MODELS
@SKIP_WITHOUT
def test_a_loudspeaker_that_is_turned_up_starts_no_turn(listen: Listen) -> None:
    played, moment = told(), 20 * HEARING_RATE
    soft, loud = (Path(level, 120).echo(played) for level in LEVELS[::-1])
    assert listen(guarded(played, np.concatenate([soft[:moment], loud[moment:]])).counted).turns == ()


@MARK_MODELS
@SKIP_WITHOUT
def test_with_headphones_a_person_is_heard_at_once(listen: Listen) -> None:
    played = told()[: 14 * HEARING_RATE]
    quiet = background(played.size, -60.0)
    for number, (name, person) in enumerate(people()):
        microphone = placed(person, 6.0 + 0.7 * number, played.size) + quiet
        [first, *_] = listen(microphone).turns
        assert abs(listen(guarded(played, microphone).counted).turns[0] - first) <= 0.1, name


@pytest.mark.parametrize("block", [304, 320, 512])
def test_the_echo_is_named_and_removed(block: int) -> None:
    played = told()
    microphone = Path(-20.0, 120).echo(played)
    found = guarded(played, microphone, block=block)
    settled = 5 * HEARING_RATE
    assert level(microphone[settled:]) == pytest.approx(-40.0, abs=1.0)
    assert level(found.residual[settled:]) <= -58.0, "that is a quiet room"
    assert np.mean(found.own_voice[settled // block :]) > 0.85
    assert np.median(found.echo[settled // block :]) > 0.95


def test_nothing_is_done_to_a_person_while_nothing_is_played() -> None:
    [(_, person), *_] = people()
    found = guarded(silence(person.size / HEARING_RATE), person)
    assert not any(found.own_voice)
    assert max(found.echo) == 0.0
    late = person.size - found_delay(found.residual, person)
    np.testing.assert_array_equal(found.residual[-late:], person[:late])


def found_delay(late: Samples, sound: Samples) -> int:
    size = 2 * sound.size
    across = np.fft.irfft(np.fft.rfft(late, size) * np.conj(np.fft.rfft(sound, size)))
    return int(np.argmax(across))


def test_a_residual_is_18_ms_late_and_as_long_as_its_block() -> None:
    [(_, person), *_] = people()
    guard = EchoGuard(Reference())
    residual = [guard.hear(person[at : at + 512]).residual for at in range(0, 8192, 512)]
    assert {piece.size for piece in residual} == {512}
    np.testing.assert_array_equal(np.concatenate(residual)[288:], person[: 8192 - 288])


def test_two_microphones_do_not_disturb_each_other() -> None:
    played = told()[: 8 * HEARING_RATE]
    loud, quiet = Path(-20.0, 120).echo(played), background(played.size)
    reference = Reference()
    speakers, headphones = EchoGuard(reference), EchoGuard(reference)
    together: list[float] = []
    for start in range(0, played.size, 320):
        reference.play(3 * (start + HEARING_RATE), played[start : start + 320])
        together.append(speakers.hear(loud[start : start + 320]).echo)
        headphones.hear(quiet[start : start + 320])
    assert together == guarded(played, loud).echo
    assert headphones.delay is None


def test_a_microphone_that_stalled_finds_its_place_again() -> None:
    played = told()
    microphone = Path(-20.0, 120).echo(played)
    reference = Reference()
    guard = EchoGuard(reference)
    for start in range(0, played.size, 320):
        reference.play(3 * (start + HEARING_RATE), played[start : start + 320])
        if not 15.0 <= start / HEARING_RATE < 18.0:
            guard.hear(microphone[start : start + 320])
    assert guard.delay == pytest.approx(0.12, abs=0.03)
