"""What the studio writes is what its format says."""

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("scipy")
pytest.importorskip("PIL")

from PIL import Image  # type: ignore[import-not-found,unused-ignore]

from models.blendshapes import SHAPES
from models.studio.background import HEIGHT, WIDTH, paint_background
from models.studio.bundle import Geometry, quantised, write_background, write_description, write_geometry, write_picture
from models.studio.card import write_card
from models.studio.keys import KEYS, camera
from models.studio.people import PEOPLE
from models.studio.plate import COLUMNS, ROWS, Plate

NODES = COLUMNS * ROWS


def a_geometry(vertices: int = 5) -> Geometry:
    rng = np.random.default_rng(4)
    share = rng.random(vertices)
    return Geometry(
        triangles=np.array([[0, 1, 2], [2, 3, 4]]),
        rest=rng.normal(0, 5, (vertices, 3)),
        shapes=rng.normal(0, 0.5, (len(SHAPES), vertices, 3)).astype(np.float32),
        follow=share,
        cover=share,
        upper=share,
        region=np.zeros(vertices, dtype=np.uint8),
        visibility=rng.random((len(KEYS), vertices)),
        landmarks=np.zeros(68, dtype=np.int64),
        eye_pivots=np.zeros((2, 3)),
    )


def a_plate() -> Plate:
    nodes = np.zeros(NODES)
    return Plate(np.zeros((NODES, 3)), np.zeros((NODES, 2)), nodes, nodes.astype(np.int64), nodes, np.zeros((NODES, 2)))


def test_offsets_are_kept_to_half_a_step_of_each_shapes_own_scale() -> None:
    shapes = np.zeros((2, 4, 3), dtype=np.float32)
    shapes[0, 1] = [3.2, -1.0, 0.4]
    shapes[1, 2] = [0.05, -0.02, 0.001]
    deltas, scales = quantised(shapes)
    assert np.abs(deltas * scales[:, None, None] - shapes).max(axis=(1, 2))[0] <= scales[0] / 2 + 1e-6
    assert np.abs(deltas * scales[:, None, None] - shapes).max(axis=(1, 2))[1] <= max(scales[1] / 2, 0.004)
    assert deltas.dtype == np.int8


def test_a_shape_that_moves_nothing_stays_nothing() -> None:
    deltas, scales = quantised(np.zeros((1, 3, 3), dtype=np.float32))
    assert not deltas.any()
    assert scales[0] > 0


def test_the_geometry_holds_what_the_format_lists_with_no_pickles(tmp_path: Path) -> None:
    write_geometry(tmp_path, a_geometry(), [a_plate(), a_plate()])
    with np.load(tmp_path / "geometry.npz", allow_pickle=False) as data:
        told = {name: (data[name].dtype.name, data[name].shape) for name in data.files}
    shapes, keys = len(SHAPES), len(KEYS)
    assert told == {
        "triangles": ("uint16", (2, 3)),
        "rest": ("float32", (5, 3)),
        "shape_deltas": ("int8", (shapes, 5, 3)),
        "shape_scales": ("float32", (shapes,)),
        "pose_follow": ("uint8", (5,)),
        "cover": ("uint8", (5,)),
        "upper": ("uint8", (5,)),
        "region": ("uint8", (5,)),
        "visibility": ("uint8", (keys, 5)),
        "landmarks": ("uint16", (68,)),
        "plate_points": ("float32", (2, NODES, 3)),
        "plate_uv": ("float32", (2, NODES, 2)),
        "plate_follow": ("uint8", (2, NODES)),
        "plate_vertex": ("uint16", (2, NODES)),
        "plate_stretch": ("uint8", (2, NODES)),
        "plate_breath": ("float32", (2, NODES, 2)),
    }


def test_the_description_names_every_key_with_its_place_on_the_canvas(tmp_path: Path) -> None:
    write_description(
        tmp_path,
        PEOPLE["nia"],
        camera(2.4),
        KEYS,
        {key.name: key.box() for key in KEYS},
        np.zeros((2, 3)),
        ["rest", "yaw_left"],
    )
    told = json.loads((tmp_path / "presenter.json").read_text())
    assert (told["format"], told["version"], told["canvas"]) == ("visavis-presenter", 1, [1280, 960])
    assert told["shapes"] == list(SHAPES)
    assert told["keys"][0]["name"] == "rest"
    assert told["keys"][0]["sets"] == ["mouth", "eyes", "pose"]
    for key in told["keys"]:
        (left, top), (width, height) = key["origin"], key["size"]
        assert left >= 0
        assert top >= 0
        assert left + width <= 1280
        assert top + height <= 960
        assert set(key["weights"]) <= set(SHAPES)
        assert key["picture"] == f"{key['name']}.webp"


def test_a_picture_keeps_its_alpha_only_where_it_has_any(tmp_path: Path) -> None:
    soft = np.full((8, 8, 4), 200, dtype=np.uint8)
    Image.fromarray(soft).save(tmp_path / "soft.png")
    Image.fromarray(np.where(np.arange(4) == 3, 255, soft).astype(np.uint8)).save(tmp_path / "solid.png")
    for name in ("soft", "solid"):
        write_picture(tmp_path / f"{name}.webp", tmp_path / f"{name}.png", (0, 0, 8, 8), (0, 0, 8, 8))
    assert Image.open(tmp_path / "soft.webp").mode == "RGBA"
    assert Image.open(tmp_path / "solid.webp").mode == "RGB"


@pytest.mark.parametrize("name", sorted(PEOPLE))
def test_each_presenter_has_a_background_of_its_own(name: str, tmp_path: Path) -> None:
    recipe = PEOPLE[name]
    picture = paint_background(recipe.backdrop, recipe.seed)
    assert picture.shape == (HEIGHT, WIDTH, 3)
    assert np.array_equal(picture, paint_background(recipe.backdrop, recipe.seed))
    others = [other for other in PEOPLE.values() if other.name != name]
    assert all(other.backdrop.kind != recipe.backdrop.kind for other in others)
    write_background(tmp_path, picture)
    assert (tmp_path / "background.webp").stat().st_size < 40_000


def test_the_card_carries_seed_recipe_and_the_meshs_licence(tmp_path: Path) -> None:
    write_card(
        tmp_path,
        PEOPLE["nia"],
        "MIT License\n\nCopyright (c) 2020",
        blender="4.2.0",
        keys=10,
        samples=64,
        crop_samples=40,
        scale=1.0,
    )
    card = (tmp_path / "README.md").read_text()
    assert "seed 6" in card
    assert "MIT License" in card
    assert '"style": "tied"' in card
