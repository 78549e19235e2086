"""Bundles that are taken, and those that are refused with words that help."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.errors import ModelUnavailableError
from engine.layers.replica.presenter.bundle import BundleError, read_bundle
from engine.layers.replica.presenter.geometry import read_geometry
from engine.layers.replica.presenter.replica import PresenterReplica
from models.blendshapes import SHAPES
from tests.layers.replica.presenter.conftest import Arrays, Description, Still, face

Write = Callable[[Description, Arrays], Path]


def test_a_bundle_is_read_as_it_was_written(folder: Path, parts: tuple[Path, Description, Arrays]) -> None:
    bundle = read_bundle(folder)
    assert (bundle.name, bundle.title, bundle.canvas) == ("figure", "Figure", (320, 240))
    assert [key.name for key in bundle.keys] == ["rest", "jaw", "smile", "blink", "yaw_left", "yaw_right"]
    assert bundle.plates == (0, 4, 5)
    assert bundle.keys[1].weights[SHAPES.index("jawOpen")] == pytest.approx(0.8)
    geometry = read_geometry(bundle)
    for name, array in parts[2].items():
        assert np.array_equal(getattr(geometry, name), array), name


def test_the_order_of_an_array_in_memory_does_not_matter(
    altered: Write, parts: tuple[Path, Description, Arrays]
) -> None:
    turned = {name: np.asfortranarray(array) for name, array in parts[2].items()}
    geometry = read_geometry(read_bundle(altered({}, turned)))
    for name, array in parts[2].items():
        assert np.array_equal(getattr(geometry, name), array), name
        assert getattr(geometry, name).flags.c_contiguous


def changed_key(description: Description, number: int, **fields: Any) -> Description:
    keys = [dict(key) for key in description["keys"]]
    keys[number].update(fields)
    return {"keys": keys}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"format": "something"}, "format: 'visavis-presenter' of version 1"),
        ({"version": 2}, "format: 'visavis-presenter' of version 1"),
        ({"name": None}, "name: is missing"),
        ({"title": 7}, "title: must be a text"),
        ({"canvas": [320]}, "canvas: must be a list of 2 numbers"),
        ({"canvas": [320, 1e9]}, "canvas[1]: must be a number from 64 to 4096"),
        ({"camera": {"focal": "long", "centre": [0, 0], "position": [0, 0, 150]}}, "camera.focal: must be a number"),
        ({"camera": {"focal": float("nan"), "centre": [0, 0], "position": [0, 0, 150]}}, "camera.focal: must be a number"),
        ({"camera": {"focal": 1000, "position": [0, 0, 150]}}, "camera.centre: is missing"),
        ({"eyes": []}, "eyes: must be a list of 2 to 2 objects"),
        ({"eyes": [{"pivot": [0, 0, 0]}, 5]}, "eyes[1]: must be an object"),
        ({"shapes": ["jawOpen"]}, "shapes: must be the shapes of this engine"),
        ({"keys": []}, "keys: must be a list of 1 to 31 objects"),
        ({"plates": ["yaw_left", "rest"]}, "plates: must be different names of keys, 'rest' first"),
        ({"plates": ["rest", "nobody"]}, "plates: must be different names of keys"),
        ({"background": {"picture": "../wall.webp", "origin": [0, 0], "size": [9, 9]}}, "background.picture: must be a plain file name"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named(altered: Write, fields: Description, words: str) -> None:
    with pytest.raises(BundleError) as caught:
        read_bundle(altered(fields, {}))
    assert f"figure/presenter.json: {words}" in str(caught.value)


@pytest.mark.parametrize(
    ("number", "fields", "words"),
    [
        (0, {"name": "start"}, "keys[0]: must be 'rest'"),
        (0, {"weights": {"jawOpen": 0.1}}, "keys[0]: must be 'rest', without weights"),
        (0, {"sets": ["mouth"]}, "keys[0].sets: must hold"),
        (1, {"name": "smile"}, "keys: names must differ"),
        (1, {"sets": ["ears"]}, "keys[1].sets: accepted are"),
        (1, {"weights": {"earWiggle": 0.5}}, "keys[1].weights.earWiggle: is no shape"),
        (1, {"weights": {"jawOpen": 7}}, "keys[1].weights.jawOpen: must be a number from 0 to 1"),
        (1, {"picture": "/etc/passwd"}, "keys[1].picture: must be a plain file name"),
        (1, {"yaw": True}, "keys[1].yaw: must be a number"),
    ],
)
def test_a_wrong_key_is_named(
    altered: Write, parts: tuple[Path, Description, Arrays], number: int, fields: Description, words: str
) -> None:
    with pytest.raises(BundleError) as caught:
        read_bundle(altered(changed_key(parts[1], number, **fields), {}))
    assert f"figure/presenter.json: {words}" in str(caught.value)


def test_a_folder_without_a_description_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match=r"presenter\.json: file: cannot be read \(No such file"):
        read_bundle(tmp_path)


@pytest.mark.parametrize(
    ("text", "words"), [("{", "is not JSON"), ("[]", "must be an object"), ("[" * 100_000, "is not JSON")]
)
def test_a_description_that_is_none_is_refused(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "presenter.json").write_text(text)
    with pytest.raises(BundleError, match=words):
        read_bundle(tmp_path)


def test_a_description_without_end_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "presenter.json").write_text(" " * (2 << 20))
    with pytest.raises(BundleError, match="size: more than"):
        read_bundle(tmp_path)


def spoilt(arrays: Arrays, name: str, value: float) -> Arrays:
    array = arrays[name].copy()
    array.reshape(-1)[0] = value
    return {name: array}


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("rest", lambda a: {"rest": None}, "rest: is missing"),
        ("rest", lambda a: {"rest": a["rest"].astype(np.float64)}, "rest: is float64"),
        ("rest", lambda a: {"rest": a["rest"][:-1]}, "shape_deltas: is int8"),
        ("rest", lambda a: spoilt(a, "rest", np.nan), "rest: must be finite"),
        ("rest", lambda a: {"rest": a["rest"] + np.float32(150)}, "rest: reaches nearer than 5 to the camera"),
        ("rest", lambda a: {"rest": np.zeros((0, 3), np.float32)}, "rest: shape (0, 3) must begin with 1 to 65535"),
        ("triangles", lambda a: spoilt(a, "triangles", 65_000), "triangles: vertex 65000 is not among"),
        ("landmarks", lambda a: {"landmarks": np.array([{}] * 68)}, "landmarks: is object"),
        ("region", lambda a: spoilt(a, "region", 9), "region: 9 is none of 0 to 7"),
        ("plate_vertex", lambda a: spoilt(a, "plate_vertex", 65_000), "plate_vertex: vertex 65000"),
        ("plate_uv", lambda a: spoilt(a, "plate_uv", np.inf), "plate_uv: must be finite"),
        ("visibility", lambda a: {"visibility": a["visibility"][:2]}, "visibility: is uint8[2, "),
    ],
)
def test_a_wrong_array_is_named(
    altered: Write, parts: tuple[Path, Description, Arrays], name: str, change: Callable[[Arrays], Arrays], words: str
) -> None:
    bundle = read_bundle(altered({}, change(parts[2])))
    with pytest.raises(BundleError) as caught:
        read_geometry(bundle)
    assert f"figure/geometry.npz: {words}" in str(caught.value)


def rewritten(folder: Path, name: str, data: bytes) -> None:
    with zipfile.ZipFile(folder / "geometry.npz") as archive:
        members = {member: archive.read(member) for member in archive.namelist()}
    with zipfile.ZipFile(folder / "geometry.npz", "w") as archive:
        for member, content in (members | {name: data}).items():
            archive.writestr(member, content)


def test_an_array_that_claims_to_be_huge_is_refused_unread(altered: Write) -> None:
    folder = altered({}, {})
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f4", "fortran_order": False, "shape": (65_535, 1 << 40)})
    rewritten(folder, "rest.npy", header.getvalue())
    with pytest.raises(BundleError, match="rest: is float32"):
        read_geometry(read_bundle(folder))


def test_an_array_cut_short_is_refused(altered: Write, parts: tuple[Path, Description, Arrays]) -> None:
    folder = altered({}, {})
    whole = io.BytesIO()
    np.save(whole, parts[2]["upper"])
    rewritten(folder, "upper.npy", whole.getvalue()[:-5])
    with pytest.raises(BundleError, match="upper: is cut short"):
        read_geometry(read_bundle(folder))


@pytest.mark.parametrize(
    "damage", [lambda data: data[: len(data) // 2], lambda data: b"", lambda data: data[:900] + bytes(64) + data[964:]]
)
def test_a_damaged_archive_is_refused(altered: Write, damage: Callable[[bytes], bytes]) -> None:
    folder = altered({}, {})
    file = folder / "geometry.npz"
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(BundleError, match=r"figure/geometry\.npz: \w+: "):
        read_geometry(read_bundle(folder))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (None, "picture: cannot be read (No such file"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "picture: "),
        (b"", "picture: "),
        (bytes(17 << 20), "size: more than"),
    ],
)
def test_a_picture_that_cannot_be_shown_is_named(altered: Write, data: bytes | None, words: str) -> None:
    folder = altered({}, {})
    (folder / "jaw.webp").unlink()
    if data is not None:
        (folder / "jaw.webp").write_bytes(data)
    with pytest.raises(BundleError) as caught:
        PresenterReplica(folder, lambda _: Still(face()))
    assert f"figure/jaw.webp: {words}" in str(caught.value)
