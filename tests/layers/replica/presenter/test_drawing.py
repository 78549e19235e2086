"""The presenter's picture against the renderer that made its keys."""

import itertools
import threading
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.errors import InvalidInputError
from engine.layers.replica.performance.expression import Expression
from engine.layers.replica.presenter.painter import Painter
from engine.layers.replica.presenter.replica import GREEN_SCREEN, PresenterReplica
from models.blendshapes import SHAPES
from tests.layers.replica.presenter.conftest import Still, face
from tests.layers.replica.presenter.figure import BODY_TOP, CANVAS, Figure, Look, luma_before_wall, projected

FACE = np.s_[60:182, 110:210]
MOUTH = np.s_[130:175, 135:185]
EYE_ROWS = slice(95, 116)


def luma(picture: NDArray[np.uint8]) -> NDArray[np.int64]:
    return picture[: len(picture) * 2 // 3].astype(np.int64)


def likeness(drawn: NDArray[np.int64], truth: NDArray[np.float64]) -> float:
    return float(10.0 * np.log10(255.0**2 / max(1e-9, float(np.mean((drawn - truth) ** 2)))))


def as_expression(look: Look) -> Expression:
    return face(look.weights, yaw=look.yaw, pitch=look.pitch, roll=look.roll, gaze=look.gaze)


@pytest.fixture
def drawing(presenter: PresenterReplica) -> Painter:
    return presenter.painter()


def test_at_rest_the_picture_is_the_rest_key(drawing: Painter, figure: Figure) -> None:
    truth = luma_before_wall(figure.rendered(Look())[0])
    drawn = luma(drawing.draw(face()))
    assert likeness(drawn, truth) > 50.0
    assert np.abs(drawn - truth).max() <= 10.0


def test_a_smaller_picture_is_the_rest_key_made_smaller(folder: Path, figure: Figure) -> None:
    small = PresenterReplica(folder, lambda _: Still(face()), 160, 160)
    truth = luma_before_wall(figure.rendered(Look())[0])[:, 40:280]
    rows = (np.arange(160) + 0.5) * 1.5
    # Box of one output pixel, from sums over parts of pixels.
    sums = np.pad(truth, ((1, 0), (1, 0))).cumsum(0).cumsum(1)

    def upto(edges: NDArray[np.float64], table: NDArray[np.float64]) -> NDArray[np.float64]:
        whole = np.minimum(edges.astype(int), len(table) - 2)
        return np.asarray(table[whole] + (edges - whole)[:, None] * (table[whole + 1] - table[whole]))

    edges = np.append(rows - 0.75, 240.0)
    boxes = np.diff(np.diff(upto(edges, upto(edges, sums).T), axis=0), axis=1).T / 2.25
    assert likeness(luma(small.painter().draw(face())), boxes) > 38.0


@pytest.mark.parametrize(
    ("look", "least"),
    [
        (Look({"jawOpen": 0.8}), 42.0),
        (Look({"mouthSmile_L": 0.7, "mouthSmile_R": 0.7}), 42.0),
        (Look({"eyeBlink_L": 1.0, "eyeBlink_R": 1.0}), 42.0),
        (Look({"jawOpen": 0.4}), 36.0),
        (Look({"jawOpen": 0.5, "mouthSmile_L": 0.3, "mouthSmile_R": 0.3}), 34.0),
        (Look({"eyeBlink_L": 0.5, "eyeBlink_R": 0.5}), 33.0),
        (Look(gaze=(8.0, 4.0)), 33.0),
        (Look(yaw=10.0), 36.0),
        (Look(yaw=-4.0), 33.0),
        (Look(yaw=6.0, pitch=4.0, roll=3.0), 33.0),
        (Look({"jawOpen": 0.5}, yaw=3.0, pitch=-4.0, gaze=(-5.0, 0.0)), 31.0),
    ],
)
def test_keys_and_what_lies_between_them_look_as_rendered(
    drawing: Painter, figure: Figure, look: Look, least: float
) -> None:
    truth = luma_before_wall(figure.rendered(look)[0])
    assert likeness(luma(drawing.draw(as_expression(look)))[FACE], truth[FACE]) > least


def random_expressions(count: int) -> list[Expression]:
    random = np.random.default_rng(7)
    return [
        Expression(
            np.asarray(random.random(len(SHAPES)) ** 2, np.float32),
            *random.uniform((-10,) * 3 + (-12,) * 2 + (0,), (10,) * 3 + (12,) * 2 + (1,)),
        )
        for _ in range(count)
    ]


def grown(mask: NDArray[np.bool_], by: int) -> NDArray[np.bool_]:
    padded = np.pad(mask, by, mode="edge")
    height, width = mask.shape
    shifts = itertools.product(range(2 * by + 1), repeat=2)
    return np.asarray(np.any([padded[y : y + height, x : x + width] for y, x in shifts], axis=0))


def test_the_person_has_no_holes_and_its_outline_is_right(drawing: Painter, figure: Figure) -> None:
    for expression in random_expressions(8):
        shapes = dict(zip(SHAPES, expression.weights.tolist(), strict=True))
        look = Look(shapes, expression.yaw, expression.pitch, expression.roll, (expression.gaze_x, expression.gaze_y))
        person = figure.rendered(look)[0][..., 3] > 0
        drawing.draw(expression)
        inside = ~grown(~person, 3)
        inside[BODY_TOP - 8 :] = False  # the body breathes
        assert drawing.mask[inside].min() >= 215  # what was an outline in a key is a little clear inside
        outside = ~grown(person, 3)
        outside[BODY_TOP - 8 :] = False
        assert drawing.mask[outside].max() <= 5


def test_no_movement_jumps(drawing: Painter) -> None:
    course = [
        face(
            {
                "jawOpen": 0.5 - 0.5 * np.cos(step / 20),
                "eyeBlink_L": max(0.0, np.sin(step / 15)),
                "mouthSmile_R": step / 240,
            },
            yaw=9.0 * np.sin(step / 38),
            pitch=4.0 * np.sin(step / 30),
            gaze=(6.0 * np.sin(step / 25), 0.0),
            breath=0.5 + 0.5 * np.sin(step / 40),
        )
        for step in range(240)
    ]
    frames = [luma(drawing.draw(expression)) for expression in course]
    moved = np.array([np.abs(b - a).mean() for a, b in itertools.pairwise(frames)])
    assert moved.max() < 3.0 * np.percentile(moved, 90)
    assert moved.min() > 0.0


def test_edges_are_smooth(drawing: Painter) -> None:
    """An opening that grows by a twentieth of a pixel is seen to grow."""
    dark = [luma(drawing.draw(face({"jawOpen": 0.5 + step / 300})))[MOUTH].sum() for step in range(31)]
    assert np.count_nonzero(np.diff(dark) < 0) >= 28


def test_between_touching_lips_nothing_is_seen(drawing: Painter) -> None:
    at_rest = luma(drawing.draw(face()))
    touching = luma(drawing.draw(face({"jawOpen": 0.025})))
    parted = luma(drawing.draw(face({"jawOpen": 0.1})))
    assert np.abs(touching - at_rest)[MOUTH].max() < 8
    assert (at_rest - parted)[MOUTH].max() > 25


def test_breath_moves_the_body_and_nothing_else(drawing: Painter) -> None:
    out = luma(drawing.draw(face()))
    breathed_in = luma(drawing.draw(face(breath=1.0)))
    changed = np.abs(breathed_in - out) > 3
    assert changed[BODY_TOP - 5 : BODY_TOP + 1, 70:250].mean() > 0.5
    assert not changed[: BODY_TOP - 20].any()
    assert np.abs(breathed_in[-3:, 70:130] - out[-3:, 70:130]).max() <= 2  # no gap where it leaves the picture


def dark_columns(picture: NDArray[np.int64], columns: slice) -> float:
    part = picture[EYE_ROWS, columns]
    return float((np.arange(part.shape[1]) * (part < 90)).sum() / (part < 90).sum())


def test_eyes_look_where_they_are_told_and_stay_on_the_camera_when_the_head_turns(drawing: Painter) -> None:
    for columns in (slice(128, 157), slice(163, 192)):
        ahead = dark_columns(luma(drawing.draw(face())), columns)
        assert dark_columns(luma(drawing.draw(face(gaze=(12.0, 0.0)))), columns) > ahead + 1.5
        assert dark_columns(luma(drawing.draw(face(gaze=(-12.0, 0.0)))), columns) < ahead - 1.5
        turned = luma(drawing.draw(face(yaw=6.0)))
        followed = luma(drawing.draw(face(yaw=6.0, gaze=(6.0, 0.0))))
        assert dark_columns(followed, columns) > dark_columns(turned, columns) + 0.5


@pytest.mark.parametrize(
    ("pose", "axis", "sign"),
    [({"yaw": 8.0}, 1, 1), ({"yaw": -8.0}, 1, -1), ({"pitch": 8.0}, 0, 1), ({"pitch": -8.0}, 0, -1)],
)
def test_the_head_turns_to_the_pictures_right_and_down(
    drawing: Painter, pose: dict[str, float], axis: int, sign: int
) -> None:
    def lips(picture: NDArray[np.int64]) -> float:
        return float(np.argwhere(picture[MOUTH] < 75)[:, axis].mean())

    still = lips(luma(drawing.draw(face({"jawOpen": 0.8}))))
    assert sign * (lips(luma(drawing.draw(face({"jawOpen": 0.8}, **pose)))) - still) > 2.0  # type: ignore[arg-type]


def test_a_roll_is_clockwise(drawing: Painter) -> None:
    rolled = luma(drawing.draw(face(roll=8.0)))[EYE_ROWS]
    dark = np.argwhere(rolled < 90)
    assert dark[dark[:, 1] > 160][:, 0].mean() > dark[dark[:, 1] < 160][:, 0].mean() + 2.0


def test_before_a_green_screen_there_is_the_same_person(folder: Path, presenter: PresenterReplica) -> None:
    green = PresenterReplica(folder, lambda _: Still(face()), *CANVAS, backdrop=GREEN_SCREEN).painter()
    scene_painter = presenter.painter()
    for expression in random_expressions(3):
        before_green, before_wall = green.draw(expression), scene_painter.draw(expression)
        assert np.array_equal(green.mask, scene_painter.mask)
        opaque = green.mask == 255
        assert np.abs(luma(before_green)[opaque] - luma(before_wall)[opaque]).max() <= 1  # 254.6 is opaque too
        clear = green.mask == 0
        assert set(luma(before_green)[clear].tolist()) == {111}
        assert 0.2 < opaque.mean() < 0.6
        assert clear.mean() > 0.3


@pytest.mark.parametrize(("width", "height"), [(512, 512), (1280, 720), (360, 640), (1920, 480), (130, 254)])
def test_any_size_shows_the_face_in_the_middle(folder: Path, width: int, height: int) -> None:
    drawing = PresenterReplica(folder, lambda _: Still(face()), width, height).painter()
    picture = drawing.draw(face())
    assert picture.shape == (height * 3 // 2, width)
    head = drawing.mask[: height // 2] > 128
    columns = np.argwhere(head.any(0))
    assert (columns.min() + columns.max()) / 2 == pytest.approx(width / 2, abs=2.0)
    assert drawing.mask[height // 2, width // 2] == 255


@pytest.mark.parametrize(("width", "height", "field"), [(511, 512, "width"), (512, 64, "height"), (4096, 512, "width")])
def test_other_sizes_are_refused(folder: Path, width: int, height: int, field: str) -> None:
    with pytest.raises(InvalidInputError, match=field):
        PresenterReplica(folder, lambda _: Still(face()), width, height)


def test_nonsense_is_drawn_as_the_nearest_sense(drawing: Painter) -> None:
    wild = Expression(
        np.full(len(SHAPES), np.nan, np.float32), float("nan"), 900.0, float("-inf"), float("inf"), 0.0, 7.0
    )
    sense = face(pitch=30.0, roll=-30.0, gaze=(30.0, 0.0), breath=1.0)
    assert np.array_equal(drawing.draw(wild).copy(), drawing.draw(sense))
    too_much = face({"jawOpen": 40.0, "mouthSmile_L": -3.0})
    assert np.array_equal(drawing.draw(too_much).copy(), drawing.draw(face({"jawOpen": 1.0})))


def test_a_picture_depends_on_its_expression_alone(presenter: PresenterReplica) -> None:
    expressions = random_expressions(6)
    first, second = presenter.painter(), presenter.painter()
    forwards = [first.draw(expression).copy() for expression in expressions]
    backwards = [second.draw(expression).copy() for expression in reversed(expressions)][::-1]
    assert all(np.array_equal(a, b) for a, b in zip(forwards, backwards, strict=True))


def test_painters_draw_side_by_side(presenter: PresenterReplica) -> None:
    expressions = random_expressions(4)
    alone = [presenter.painter().draw(expression).copy() for expression in expressions]
    wrong: list[int] = []

    def draw(number: int) -> None:
        own = presenter.painter()
        wrong.extend(number for _ in range(10) if not np.array_equal(own.draw(expressions[number]), alone[number]))

    threads = [threading.Thread(target=draw, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_the_landmarks_are_where_the_drawn_face_has_them(drawing: Painter, figure: Figure) -> None:
    for look in (Look(), Look({"jawOpen": 0.6}, yaw=7.0, pitch=-3.0, roll=2.0)):
        drawing.draw(as_expression(look))
        truth = projected(figure.posed(look))[figure.landmarks, :2]
        assert drawing.landmarks.shape == (68, 2)
        assert drawing.landmarks.dtype == np.float32
        assert np.abs(drawing.landmarks - truth).max() < 0.2


def test_landmarks_given_once_stay_as_they_were(drawing: Painter) -> None:
    drawing.draw(face())
    kept = drawing.landmarks
    before = kept.copy()
    drawing.draw(face(yaw=9.0))
    assert np.array_equal(kept, before)
    assert np.abs(drawing.landmarks - before).max() > 1.0


def test_what_an_outline_shows_does_not_stay_on_skin_that_turned_to_the_viewer(
    drawing: Painter, figure: Figure
) -> None:
    """The wall's mixed line round a key's head is not found again inside the head that has turned."""
    for look in (Look(pitch=-8.0), Look(pitch=8.0), Look(yaw=5.0)):
        truth = luma_before_wall(figure.rendered(look)[0])
        drawn = luma(drawing.draw(as_expression(look)))
        rows, columns = np.nonzero(figure.rendered(look)[0][60:150, :, 3] == 255)
        wrong = np.abs(drawn - truth)[60:150][rows, columns]
        assert np.percentile(wrong, 99) < 30.0
