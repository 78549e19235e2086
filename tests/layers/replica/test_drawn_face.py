"""The drawn face, in pixels."""

import itertools

import av
import numpy as np
import pytest

from engine.errors import InvalidInputError
from engine.layers.replica.drawn_face import DrawnReplica
from engine.layers.replica.looks import looks
from engine.layers.replica.protocol import FaceSpeech, Picture, Replica, ReplicaSession, ReplicaState
from engine.layers.tts.basic_voice import BasicVoice
from engine.layers.tts.spans import PhonemeSpan

FRAME = 1_920
SPEAKING, IDLE = ReplicaState.SPEAKING, ReplicaState.IDLE


@pytest.fixture(scope="module")
def replica() -> DrawnReplica:
    return DrawnReplica()


def film(session: ReplicaSession, count: int, state: ReplicaState = SPEAKING, start: int = 0) -> list[Picture]:
    return [session.frame(start + index * FRAME, state).copy() for index in range(count)]


def vowel(start: int, phoneme: str, seconds: float) -> FaceSpeech:
    return FaceSpeech(start, 48_000, [PhonemeSpan(phoneme, 0, int(seconds * 48_000))])


def mouth(replica: DrawnReplica, picture: Picture) -> np.ndarray:
    x0, y0, x1, y1 = replica.mouth_box
    return picture[y0:y1, x0:x1].astype(int)


def test_is_a_replica(replica: DrawnReplica) -> None:
    as_protocol: Replica = replica
    assert (as_protocol.width, as_protocol.height, as_protocol.frames_per_second) == (512, 512, 25)


def test_frames_are_planar_yuv_in_limited_range(replica: DrawnReplica) -> None:
    picture = replica.open_session(1).frame(0, IDLE)
    assert picture.shape == (768, 512)
    assert picture.dtype == np.uint8
    assert picture[:512].min() >= 16
    assert picture[:512].max() <= 235
    assert picture[512:].min() >= 16
    assert picture[512:].max() <= 240
    assert av.VideoFrame.from_ndarray(picture, format="yuv420p").width == 512


def test_the_same_seed_gives_the_same_frames_and_another_other_ones(replica: DrawnReplica) -> None:
    first, again, other = (film(replica.open_session(seed), 20) for seed in (1, 1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(first, other, strict=True))


@pytest.mark.parametrize("state", list(ReplicaState))
def test_consecutive_frames_always_differ_a_little(replica: DrawnReplica, state: ReplicaState) -> None:
    frames = film(replica.open_session(3), 100, state)
    for earlier, later in itertools.pairwise(frames):
        change = np.abs(later[:512].astype(int) - earlier[:512])
        assert np.count_nonzero(change) > 200
        assert change.mean() < 1.5


def test_the_mouth_opens_for_a_vowel_and_nothing_else_changes(replica: DrawnReplica) -> None:
    silent, speaking = replica.open_session(1), replica.open_session(1)
    speaking.say(vowel(0, "ɑː", 1.0))
    quiet, loud = silent.frame(24_000, SPEAKING)[:512], speaking.frame(24_000, SPEAKING)[:512]
    change = np.abs(quiet.astype(int) - loud)
    x0, y0, x1, y1 = replica.mouth_box
    assert np.count_nonzero(change[y0:y1, x0:x1] > 30) > 800
    change[y0:y1, x0:x1] = 0
    assert change.max() == 0


@pytest.mark.parametrize("phoneme", ["p", "b", "m", ""])
def test_closed_lips_show_no_gap(replica: DrawnReplica, phoneme: str) -> None:
    silent, speaking = replica.open_session(1), replica.open_session(1)
    speaking.say(vowel(0, phoneme, 1.0))
    change = np.abs(mouth(replica, silent.frame(24_000, SPEAKING)) - mouth(replica, speaking.frame(24_000, SPEAKING)))
    assert np.count_nonzero(change > 30) < 60


def test_after_a_cut_the_mouth_is_closed_within_120_ms(replica: DrawnReplica) -> None:
    silent, speaking = replica.open_session(1), replica.open_session(1)
    speaking.say(vowel(0, "ɑː", 5.0))
    for index in range(25):
        silent.frame(index * FRAME, SPEAKING)
        speaking.frame(index * FRAME, SPEAKING)
    speaking.silence_from(25 * FRAME)
    after = 25 * FRAME + 120 * 48
    assert np.array_equal(silent.frame(after, IDLE), speaking.frame(after, IDLE))


def test_real_speech_moves_the_mouth_and_silence_leaves_it_closed(replica: DrawnReplica) -> None:
    clause = BasicVoice().speak("Maybe we both remember a better way to go home.")
    silent, speaking = replica.open_session(1), replica.open_session(1)
    start = 48_000
    speaking.say(FaceSpeech(start, clause.sample_rate, clause.phonemes))
    frames = int((1.0 + clause.samples.size / clause.sample_rate) * 25) + 10
    motion = [
        float(np.abs(mouth(replica, a) - mouth(replica, b)).mean())
        for a, b in zip(film(silent, frames), film(speaking, frames), strict=True)
    ]
    assert max(motion[:23]) == 0.0
    assert max(motion[-5:]) == 0.0
    spoken = motion[25:-16]
    assert np.mean(spoken) > 3.0
    assert np.std(spoken) > 1.5


def test_a_blink_darkens_the_eyes_for_a_moment(replica: DrawnReplica) -> None:
    white = [np.count_nonzero(frame[215:245, 180:330] > 215) for frame in film(replica.open_session(1), 200, IDLE)]
    assert min(white) < 0.15 * np.median(white)
    assert np.median(white) > 0.8 * max(white)


@pytest.mark.parametrize("look", looks())
def test_every_look_differs_and_speaks(look: str) -> None:
    replica = DrawnReplica(256, 256, look=look)
    session = replica.open_session(1)
    closed = mouth(replica, session.frame(0, SPEAKING))
    session.say(vowel(FRAME, "ɑː", 1.0))
    opened = mouth(replica, session.frame(4 * FRAME, SPEAKING))
    assert np.abs(opened - closed).max() > 60


def test_there_are_several_looks() -> None:
    pictures = [DrawnReplica(128, 128, look=look).open_session(1).frame(0, IDLE).copy() for look in looks()]
    assert len(pictures) >= 3
    assert all(np.abs(a.astype(int) - b).mean() > 3 for a, b in itertools.pairwise(pictures))


@pytest.mark.parametrize(("width", "height"), [(128, 128), (384, 384), (640, 360), (360, 640), (130, 134), (1280, 720)])
def test_other_sizes(width: int, height: int) -> None:
    replica = DrawnReplica(width, height)
    session = replica.open_session(1)
    session.say(vowel(0, "ɑː", 10.0))
    pictures = film(session, 30)
    assert pictures[0].shape == (height * 3 // 2, width)
    x0, y0, x1, y1 = replica.mouth_box
    assert 0 <= x0 < x1 <= width
    assert 0 <= y0 < y1 <= height


@pytest.mark.parametrize(
    ("field", "arguments"),
    [
        ("width", {"width": 511}),
        ("height", {"height": 0}),
        ("frames_per_second", {"frames_per_second": 0}),
        ("look", {"look": "nobody"}),
    ],
)
def test_what_cannot_be_drawn_is_named(field: str, arguments: dict[str, object]) -> None:
    with pytest.raises(InvalidInputError, match=field):
        DrawnReplica(**arguments)  # type: ignore[arg-type]


def test_sessions_share_nothing_that_moves(replica: DrawnReplica) -> None:
    alone = film(replica.open_session(1), 10)
    first, second = replica.open_session(1), replica.open_session(2)
    second.say(vowel(0, "ɑː", 2.0))
    for index, expected in enumerate(alone):
        second.frame(index * FRAME, IDLE)
        assert np.array_equal(first.frame(index * FRAME, SPEAKING), expected)
    first.close()
