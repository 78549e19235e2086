"""The presenter behind the Replica protocol."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from engine.errors import InvalidInputError
from engine.layers.replica.presenter.bundle import BundleError
from engine.layers.replica.presenter.replica import PresenterReplica
from engine.layers.replica.protocol import FaceSpeech, Replica, ReplicaSession, ReplicaState
from tests.layers.replica.presenter.conftest import Still, face
from tests.layers.replica.presenter.figure import picture_written


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
    session.feel("happiness", 4_800, 0.5)
    assert still.told == [("happiness", 4_800, 0.5)]


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


@pytest.fixture(params=["webp", "png"])
def curtain(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A picture of another size than the background's, red on the left and blue on the right."""
    rgba = np.full((120, 240, 4), 255, np.uint8)
    rgba[:, :120, :3], rgba[:, 120:, :3] = (200, 30, 30), (30, 30, 200)
    file = tmp_path / f"curtain.{request.param}"
    if request.param == "webp":
        picture_written(file, rgba)
    else:
        context = av.CodecContext.create("png", "w")
        context.width, context.height, context.pix_fmt, context.time_base = 240, 120, "rgba", Fraction(1, 25)
        packets = [*context.encode(av.VideoFrame.from_ndarray(rgba, format="rgba")), *context.encode(None)]
        file.write_bytes(b"".join(bytes(packet) for packet in packets))
    return file


def test_a_picture_stands_where_the_presenters_own_background_would(folder: Path, curtain: Path) -> None:
    presenter = PresenterReplica(folder, lambda _: Still(face()), 320, 240, backdrop=curtain)
    picture, mask = presenter.open_session(1).frame_with_mask(0, ReplicaState.IDLE)
    red, blue = picture[240:300].reshape(-1, 160)[:60], picture[300:].reshape(-1, 160)[:60]
    assert (mask[:100, :60] == 0).all()
    assert red.shape == blue.shape
    # The middle of the background, 480 wide from -80 on, is the canvas' middle.
    assert picture[5, 20] == pytest.approx(16 + 0.257 * 200 + 0.504 * 30 + 0.098 * 30, abs=2)
    assert picture[5, 300] == pytest.approx(16 + 0.257 * 30 + 0.504 * 30 + 0.098 * 200, abs=2)
    assert picture[5, 158] > picture[5, 162]


def test_a_sibling_before_something_else_shares_everything_else(folder: Path, curtain: Path) -> None:
    one = PresenterReplica(folder, lambda _: Still(face()), 320, 240)
    other = one.before(curtain)
    assert other._scene is one._scene
    alone = PresenterReplica(folder, lambda _: Still(face()), 320, 240, backdrop=curtain)
    assert np.array_equal(other.painter().draw(face()), alone.painter().draw(face()))
    assert np.array_equal(other.before(None).painter().draw(face()), one.painter().draw(face()))
    assert (other.name, other.width, other.frames_per_second) == (one.name, one.width, one.frames_per_second)


@pytest.mark.parametrize("data", [None, b"", b"no picture", b"RIFF\0\0\0\0WEBPVP8 "])
def test_a_backdrop_that_is_no_picture_is_named(
    presenter: PresenterReplica, tmp_path: Path, data: bytes | None
) -> None:
    file = tmp_path / "rooms" / "loft.webp"
    file.parent.mkdir()
    if data is not None:
        file.write_bytes(data)
    with pytest.raises(BundleError, match=r"rooms/loft\.webp: picture: "):
        presenter.before(file)


def test_a_sibling_before_no_colour_is_refused(presenter: PresenterReplica) -> None:
    with pytest.raises(InvalidInputError, match="backdrop"):
        presenter.before((0, 256, 0))


@pytest.mark.parametrize("size", [(320, 240), (640, 480), (240, 320)])
def test_the_mouth_box_holds_the_lips_however_wide_the_mouth(folder: Path, size: tuple[int, int]) -> None:
    presenter = PresenterReplica(folder, lambda _: Still(face()), *size)
    left, top, right, bottom = presenter.mouth_box
    assert 0 <= left < right <= size[0]
    assert 0 <= top < bottom <= size[1]
    drawing = presenter.painter()
    for opened in (0.0, 1.0):
        drawing.draw(face({"jawOpen": opened}))
        lips = drawing.landmarks[48:]
        assert (lips >= (left, top)).all()
        assert (lips <= (right, bottom)).all()
