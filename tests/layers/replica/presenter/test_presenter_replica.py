"""The presenter behind the Replica protocol."""

from pathlib import Path

import av
import numpy as np
import pytest

from engine.errors import InvalidInputError
from engine.layers.replica.presenter.replica import PresenterReplica
from engine.layers.replica.protocol import FaceSpeech, Replica, ReplicaSession, ReplicaState
from tests.layers.replica.presenter.conftest import Still, face


def test_is_a_replica_whose_sessions_do_as_their_acting_says(folder: Path) -> None:
    acted: dict[int, Still] = {}

    def actor(seed: int) -> Still:
        acted[seed] = Still(face({"jawOpen": 0.1 * seed}))
        return acted[seed]

    presenter = PresenterReplica(folder, actor, 320, 240, 30)
    replica: Replica = presenter
    assert (replica.width, replica.height, replica.frames_per_second) == (320, 240, 30)
    assert (presenter.name, presenter.title) == ("figure", "Figure")
    session: ReplicaSession = replica.open_session(7)
    speech = FaceSpeech(0, 48_000, [])
    session.say(speech)
    session.silence_from(1_000)
    picture = session.frame(1_600, ReplicaState.SPEAKING)
    assert acted[7].told == [speech, 1_000, (1_600, ReplicaState.SPEAKING)]
    assert np.array_equal(picture, presenter.painter().draw(face({"jawOpen": 0.7})))


def test_frames_are_planar_yuv_in_limited_range(presenter: PresenterReplica) -> None:
    picture = presenter.open_session(1).frame(0, ReplicaState.IDLE)
    assert picture.shape == (360, 320)
    assert picture.dtype == np.uint8
    assert 16 <= picture[:240].min() <= picture[:240].max() <= 235
    assert 16 <= picture[240:].min() <= picture[240:].max() <= 240
    assert av.VideoFrame.from_ndarray(picture, format="yuv420p").width == 320


def test_a_frame_comes_with_its_mask(presenter: PresenterReplica) -> None:
    picture, mask = presenter.open_session(1).frame_with_mask(0, ReplicaState.IDLE)
    assert mask.shape == (240, 320)
    assert mask[120, 160] == 255
    assert mask[5, 5] == 0
    assert picture.shape == (360, 320)


def test_an_emotion_reaches_the_acting(presenter: PresenterReplica) -> None:
    still = Still(face())
    session = PresenterReplica.open_session(presenter, 1)
    session._acting = still
    session.feel("happiness", 4_800)
    assert still.told == [("happiness", 4_800)]


def test_sessions_do_not_share_their_picture(presenter: PresenterReplica) -> None:
    one, other = presenter.open_session(1), presenter.open_session(2)
    assert not np.shares_memory(one.frame(0, ReplicaState.IDLE), other.frame(0, ReplicaState.IDLE))


def test_a_closed_session_draws_no_more(presenter: PresenterReplica) -> None:
    session = presenter.open_session(1)
    session.close()
    session.close()
    with pytest.raises(RuntimeError, match="closed"):
        session.frame(0, ReplicaState.IDLE)


@pytest.mark.parametrize("rate", [0, 61])
def test_a_frame_rate_out_of_range_is_refused(folder: Path, rate: int) -> None:
    with pytest.raises(InvalidInputError, match="frames_per_second"):
        PresenterReplica(folder, lambda _: Still(face()), frames_per_second=rate)


@pytest.mark.parametrize("colour", [(0, 256, 0), (-1, 0, 0)])
def test_a_backdrop_that_is_no_colour_is_refused(folder: Path, colour: tuple[int, int, int]) -> None:
    with pytest.raises(InvalidInputError, match="backdrop"):
        PresenterReplica(folder, lambda _: Still(face()), backdrop=colour)
