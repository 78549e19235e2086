"""A recording of a call, played back."""

import itertools
from pathlib import Path

import av
import numpy as np
import pytest

from engine.errors import InvalidInputError
from engine.recording.arrivals import MOST_SOUND, RecordingError
from engine.recording.layout import REPLICA, screen_of
from engine.recording.recorder import LATENESS, Recorder
from tests.recording.films import FRAME, HEIGHT, RATE, TICK, WIDTH, keep_pace, plain, tone, watch

BEGIN = 5 * RATE + 3 * TICK
"""Recordings begin somewhere in a call."""
IN_SYNC = 0.04
"""Seconds."""


def _recorder(folder: Path, *, frames_per_second: int = 25) -> Recorder:
    return Recorder(folder / "recording.mp4", width=WIDTH, height=HEIGHT, frames_per_second=frames_per_second)


def _silence() -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    return np.zeros(TICK, np.int16)


def test_it_lasts_as_long_as_what_was_recorded(tmp_path: Path) -> None:
    recorder = _recorder(tmp_path)
    for at in range(BEGIN, BEGIN + 3 * RATE, TICK):
        recorder.sound(REPLICA, at, _silence())
        if (at - BEGIN) % FRAME == 0:
            recorder.picture(REPLICA, at, plain(60))
        keep_pace(recorder)
    recorded = recorder.close()
    film = watch(recorded.path)
    assert recorded.path == tmp_path / "recording.mp4"
    assert recorded.size == recorded.path.stat().st_size
    assert recorded.captions is None
    assert recorded.duration == pytest.approx(3.0, abs=IN_SYNC)
    assert film.duration == pytest.approx(3.0, abs=0.05)
    assert len(film.pictures) == 75
    # The first one stands while the sound's encoder starts, 21 ms.
    assert np.diff(film.times)[1:] == pytest.approx(0.04, abs=0.001)
    assert recorder.counts.dropped_pictures == recorder.counts.skipped_pictures == recorder.counts.late_sounds == 0
    assert [path.name for path in tmp_path.iterdir()] == ["recording.mp4"]


def test_it_is_h264_and_aac_with_the_index_in_front(tmp_path: Path) -> None:
    recorder = _recorder(tmp_path)
    recorder.sound(REPLICA, 0, np.zeros(RATE, np.int16))
    recorder.picture(REPLICA, 0, plain(60))
    path = recorder.close().path
    with av.open(str(path)) as film:
        video, audio = film.streams.video[0], film.streams.audio[0]
        assert (video.codec_context.name, video.codec_context.pix_fmt, video.width, video.height) == (
            "h264",
            "yuv420p",
            WIDTH,
            HEIGHT,
        )
        assert (audio.codec_context.name, audio.codec_context.sample_rate) == ("aac", RATE)
    content = path.read_bytes()
    assert b"moof" not in content
    assert content.index(b"moov") < content.index(b"mdat")


def test_flash_and_beep_of_one_moment_are_seen_and_heard_together(tmp_path: Path) -> None:
    """Whenever they came: sound and picture are up to 300 ms apart on their way to the recorder."""
    recorder, late = _recorder(tmp_path), {"sound": 0, "picture": 0}
    events = [BEGIN + int(second * RATE) for second in (0.7, 1.5, 2.62)]
    for at in range(BEGIN, BEGIN + 4 * RATE, TICK):
        second = (at - BEGIN) // RATE
        late["sound"], late["picture"] = [(0, 15), (15, 0), (10, 3), (0, 0)][second]
        heard, seen = at - late["sound"] * TICK, at - late["picture"] * TICK + 3 * TICK
        recorder.sound("clock", at, _silence())
        if any(event <= heard < event + RATE // 20 for event in events):
            recorder.sound("ada", heard, tone(1000, TICK))
        if (seen - BEGIN) % FRAME == 0:
            recorder.picture(REPLICA, seen, plain(220 if any(0 <= seen - e < 2 * FRAME for e in events) else 40))
        keep_pace(recorder)
    film = watch(recorder.close().path)
    flashes, beeps = film.flashes(), film.beeps()
    assert len(flashes) == len(beeps) == 3
    for flash, beep in zip(flashes, beeps, strict=True):
        assert abs(flash - beep) <= IN_SYNC
    first = BEGIN - 12 * TICK
    expected = [(event - first) / RATE for event in events]
    assert beeps == pytest.approx(expected, abs=IN_SYNC)
    assert recorder.counts.late_sounds == 0


def test_everybody_is_heard(tmp_path: Path) -> None:
    recorder, replica, ada = _recorder(tmp_path), tone(440, 2 * RATE), tone(1500, 2 * RATE)
    for at in range(0, 2 * RATE, TICK):
        recorder.sound(REPLICA, at, replica[at : at + TICK])
        if at >= RATE:
            recorder.sound("ada", at, ada[at : at + TICK])
        keep_pace(recorder)
    film = watch(recorder.close().path)
    assert film.level(0.2, 0.9, 440) > 0.2 > 0.01 > film.level(0.2, 0.9, 1500)
    assert film.level(1.2, 1.9, 440) > 0.2 < film.level(1.2, 1.9, 1500)


def test_where_nobody_gives_anything_there_is_silence_and_the_picture_stands(tmp_path: Path) -> None:
    recorder = _recorder(tmp_path)
    for at in itertools.chain(range(0, RATE, TICK), range(2 * RATE, 3 * RATE, TICK)):
        recorder.sound(REPLICA, at, tone(450, TICK))
        if at % FRAME == 0:
            recorder.picture(REPLICA, at, plain(60 if at < RATE else 200))
        keep_pace(recorder)
    film = watch(recorder.close().path)
    assert film.duration == pytest.approx(3.0, abs=0.05)
    assert np.abs(film.sound[int(1.1 * RATE) : int(1.95 * RATE)]).max() < 0.01
    assert film.level(2.1, 2.9, 450) > 0.1
    assert film.flashes() == pytest.approx([2.0], abs=IN_SYNC)


def test_who_comes_later_gets_a_tile_and_loses_it_with_the_leave(tmp_path: Path) -> None:
    recorder = _recorder(tmp_path)
    for at in range(0, 3 * RATE, TICK):
        recorder.sound(REPLICA, at, _silence())
        if at % FRAME == 0:
            recorder.picture(REPLICA, at, plain(60))
            if RATE <= at < 2 * RATE:
                recorder.picture("ada", at, plain(200, 64, 48))
        if at == 2 * RATE:
            recorder.leave("ada")
        keep_pace(recorder)
    film = watch(recorder.close().path)
    there = film.luma(WIDTH - 20, HEIGHT // 2) > 150
    first, last = (film.times[n] for n in (int(there.argmax()), len(there) - 1 - int(there[::-1].argmax())))
    assert first == pytest.approx(1.0, abs=0.05)
    assert last == pytest.approx(2.0, abs=0.1)
    assert (film.luma(WIDTH // 2, HEIGHT // 2) < 80).all()


def test_a_shared_screen_takes_the_large_place(tmp_path: Path) -> None:
    recorder = _recorder(tmp_path)
    for at in range(0, RATE, TICK):
        recorder.sound(REPLICA, at, _silence())
        if at % FRAME == 0:
            recorder.picture(REPLICA, at, plain(60))
            recorder.picture(screen_of("ada"), at, plain(200, 640, 360))
        keep_pace(recorder)
    film = watch(recorder.close().path)
    assert (film.luma(WIDTH // 3, HEIGHT // 2)[1:] > 180).all()
    assert (film.luma(WIDTH - 20, HEIGHT // 2)[1:] < 80).all()


def test_a_call_without_pictures_is_recorded_as_sound(tmp_path: Path) -> None:
    recorder = _recorder(tmp_path, frames_per_second=0)
    recorder.sound(REPLICA, 0, tone(440, RATE))
    recorder.picture("ada", 0, plain(60))
    path = recorder.close().path
    with av.open(str(path)) as film:
        assert not film.streams.video
    assert watch(path).level(0.1, 0.9, 440) > 0.2


def test_pictures_make_way_when_too_many_come_and_sound_does_not(tmp_path: Path) -> None:
    """Five seconds at once: no recorder keeps up with that."""
    recorder = _recorder(tmp_path)
    voice = tone(440, TICK)
    noise = np.random.default_rng(7).integers(16, 235, (720 * 3 // 2, 1280), np.uint8)
    for at in range(0, 5 * RATE, TICK):
        recorder.sound(REPLICA, at, voice)
        if at % FRAME == 0:
            recorder.picture(REPLICA, at, noise)
    film = watch(recorder.close().path)
    assert film.duration == pytest.approx(5.0, abs=0.05)
    assert np.abs(film.sound[RATE // 10 : -RATE // 10])[: 4 * RATE].reshape(-1, 800).max(axis=1).min() > 0.15
    assert recorder.counts.dropped_pictures + recorder.counts.skipped_pictures > 0
    assert recorder.counts.late_sounds == 0


def test_captions_lie_beside_the_film_on_its_clock(tmp_path: Path) -> None:
    recorder = _recorder(tmp_path)
    recorder.sound(REPLICA, BEGIN, np.zeros(5 * RATE, np.int16))
    recorder.caption(BEGIN + 3 * RATE, "Replica", "Three & <more>", 1.5)
    recorder.caption(BEGIN + RATE, "Ada", "One.\nStill one.", 0.1)
    recorder.caption(BEGIN - RATE, "Ada", "Said half before", 2.0)
    recorder.caption(BEGIN - 5 * RATE, "Ada", "Said before", 1.0)
    recorder.caption(BEGIN, "Ada", " ", 1.0)
    recorded = recorder.close()
    assert recorded.captions == tmp_path / "recording.vtt"
    assert recorded.captions.read_text() == (
        "WEBVTT\n\n"
        "1\n00:00:00.000 --> 00:00:01.000\n<v Ada>Said half before\n\n"
        "2\n00:00:01.000 --> 00:00:02.000\n<v Ada>One. Still one.\n\n"
        "3\n00:00:03.000 --> 00:00:04.500\n<v Replica>Three &amp; &lt;more&gt;\n\n"
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["recording.mp4", "recording.vtt"]


def test_nothing_recorded_is_said_so(tmp_path: Path) -> None:
    recorder = _recorder(tmp_path)
    with pytest.raises(RecordingError, match="nothing was recorded"):
        recorder.close()
    assert list(tmp_path.iterdir()) == []


def test_closing_twice_gives_the_same_and_what_comes_after_is_passed_over(tmp_path: Path) -> None:
    recorder = _recorder(tmp_path)
    recorder.sound(REPLICA, 0, tone(440, RATE))
    recorded = recorder.close()
    recorder.sound(REPLICA, RATE, tone(440, RATE))
    recorder.picture(REPLICA, RATE, plain(60))
    assert recorder.close() == recorded


def test_a_folder_that_is_not_there_stops_the_recording_and_nobody_else(tmp_path: Path) -> None:
    recorder = _recorder(tmp_path / "missing")
    recorder.sound(REPLICA, 0, np.zeros(RATE, np.int16))
    recorder.sound(REPLICA, RATE, np.zeros(RATE, np.int16))
    with pytest.raises(RecordingError, match="No such file"):
        recorder.close()
    assert isinstance(recorder.failure, OSError)


def test_more_sound_than_can_wait_ends_the_recording_with_what_it_has(tmp_path: Path) -> None:
    recorder = _recorder(tmp_path, frames_per_second=0)
    for at in range(0, LATENESS + 10 * TICK, TICK):
        recorder.sound(REPLICA, at, tone(440, TICK))
    keep_pace(recorder)
    recorder.sound(REPLICA, RATE, np.zeros(MOST_SOUND + 1, np.int16))
    assert isinstance(recorder.failure, RecordingError)
    assert recorder.close().duration > 0.0


@pytest.mark.parametrize(
    ("width", "height", "rate"), [(321, 176, 25), (320, 175, 25), (8, 8, 25), (320, 176, 29), (320, 176, -1)]
)
def test_forms_that_no_film_has_are_refused(tmp_path: Path, width: int, height: int, rate: int) -> None:
    with pytest.raises(InvalidInputError):
        Recorder(tmp_path / "a.mp4", width=width, height=height, frames_per_second=rate)


def test_pictures_and_sounds_of_other_shapes_are_refused(tmp_path: Path) -> None:
    recorder = _recorder(tmp_path)
    for picture in (
        np.zeros((10, 10, 3), np.uint8),
        np.zeros((10, 10), np.uint8),
        np.zeros((12, 9), np.uint8),
        np.zeros((12, 8)),
    ):
        with pytest.raises(InvalidInputError, match="yuv"):
            recorder.picture(REPLICA, 0, picture)  # type: ignore[arg-type]
    for pcm in (np.zeros((1, 960), np.int16), np.zeros(960, np.float32)):
        with pytest.raises(InvalidInputError, match="pcm"):
            recorder.sound(REPLICA, 0, pcm)  # type: ignore[arg-type]
    with pytest.raises(RecordingError):
        recorder.close()
