"""Thumbnails of stock replicas: drawn once, when somebody asks; open to everyone."""

import asyncio
import os
import shutil
import sys
import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import httpx
import pytest

from engine.api.dependencies import ApiDependencies
from engine.api.replicas.gallery import Gallery
from engine.errors import ModelUnavailableError
from engine.layers.replica.presenter.pictures import Colour
from engine.layers.replica.thumbnail.drawing import Thumbnail
from engine.ranks import Rank
from engine.store.opening import Store
from tests.api.conftest import BASE_URL, client_of, refusal
from tests.layers.replica.presenter.figure import finished, written

ROBIN = "r4067604db72"
FILM = f"/media/thumbnails/{ROBIN}.mp4"
STILL = f"/media/thumbnails/{ROBIN}.jpg"


class Drawing:
    """Stands in for the drawing: takes its time, and counts."""

    def __init__(self) -> None:
        self.drawn: list[tuple[str, Colour | Path | None]] = []
        self.niceness = 0
        self.fails = 0
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    def __call__(self, bundle: Path, backdrop: Colour | Path | None, seed: int) -> Thumbnail:
        self.drawn.append((bundle.name, backdrop))
        self.niceness = os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) if sys.platform == "linux" else 0
        assert self.may_go_on.wait(30)
        if self.fails:
            self.fails -= 1
            raise ModelUnavailableError("nothing can be drawn")
        return Thumbnail(bytes(range(256)) * 8, b"still" * seed.bit_length())


@pytest.fixture
def drawing(monkeypatch: pytest.MonkeyPatch) -> Drawing:
    stand_in = Drawing()
    monkeypatch.setattr("engine.api.replicas.gallery.draw_thumbnail", stand_in)
    return stand_in


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    """Presenters that are empty but for their names, and the real backdrops."""
    folder = tmp_path / "shipped"
    for name in ("nia", "ada", "bruno", "ravi"):
        (folder / "presenters" / name).mkdir(parents=True)
        (folder / "presenters" / name / "presenter.json").write_text(f'{{"name": "{name}"}}')
    shutil.copytree(Path(str(files("models"))) / "backdrops", folder / "backdrops")
    return folder


@pytest.fixture
async def visitor(dependencies: ApiDependencies, shipped: Path) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody without a key."""
    async with client_of(replace(dependencies, shipped=shipped)) as opened:
        yield opened


async def test_a_stock_replica_names_its_thumbnail_and_others_have_none(client: httpx.AsyncClient) -> None:
    assert (await client.get(f"/v2/replicas/{ROBIN}")).json()["thumbnail_video_url"] == f"{BASE_URL}{FILM}"
    listed = (await client.get("/v2/faces?limit=100")).json()["data"]
    assert len(listed) == 30
    assert all(one["thumbnail_video_url"].endswith(f"/{one['face_id']}.mp4") for one in listed)
    made = (await client.post("/v2/replicas", json={"train_video_url": "https://files.example/me.mp4"})).json()
    assert (await client.get(f"/v2/replicas/{made['replica_id']}")).json()["thumbnail_video_url"] == ""


async def test_it_is_drawn_when_somebody_asks_and_then_kept(visitor: httpx.AsyncClient, drawing: Drawing) -> None:
    film = await visitor.get(FILM)
    assert (film.status_code, film.headers["content-type"]) == (200, "video/mp4")
    assert film.content == bytes(range(256)) * 8
    still = await visitor.get(STILL)
    assert (still.status_code, still.headers["content-type"]) == (200, "image/jpeg")
    assert (await visitor.get(FILM)).content == film.content
    [(presenter, backdrop)] = drawing.drawn
    assert presenter == "nia"
    assert isinstance(backdrop, Path)
    assert backdrop.name == "daylight.webp"


async def test_players_may_ask_for_parts_and_browsers_keep_it(visitor: httpx.AsyncClient, drawing: Drawing) -> None:
    whole = await visitor.get(FILM)
    assert "content-disposition" not in whole.headers
    assert whole.headers["accept-ranges"] == "bytes"
    assert whole.headers["cache-control"] == "public, max-age=3600"
    part = await visitor.get(FILM, headers={"range": "bytes=3-5"})
    assert (part.status_code, part.content) == (206, bytes([3, 4, 5]))
    assert part.headers["content-range"] == "bytes 3-5/2048"
    assert refusal(await visitor.get(FILM, headers={"range": "bytes=9999-"}), 416)
    again = await visitor.get(FILM, headers={"if-none-match": whole.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = await visitor.head(FILM)
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", "2048")
    assert (await visitor.get(STILL)).headers["etag"] != whole.headers["etag"]


async def test_pages_of_every_origin_may_show_it(visitor: httpx.AsyncClient, drawing: Drawing) -> None:
    shown = await visitor.get(FILM, headers={"origin": "https://product.example"})
    assert shown.status_code == 200
    assert shown.headers["access-control-allow-origin"] == "*"
    assert shown.headers["cross-origin-resource-policy"] == "cross-origin"


@pytest.mark.parametrize(
    "path", ["rffffffffffff.mp4", "R4067604DB72.mp4", "..%2f..%2fvisavis.jpg", f"{ROBIN}.webm", ROBIN]
)
async def test_what_is_not_there_is_a_404(visitor: httpx.AsyncClient, drawing: Drawing, path: str) -> None:
    refusal(await visitor.get(f"/media/thumbnails/{path}"), 404)
    assert drawing.drawn == []


async def test_a_replica_of_ones_own_has_none_here(visitor: httpx.AsyncClient, store: Store, drawing: Drawing) -> None:
    own = await store.replicas.create("Me", {})
    assert "no thumbnail" in refusal(await visitor.get(f"/media/thumbnails/{own.replica_id}.mp4"), 404)


async def test_whoever_asks_at_the_same_time_gets_the_same_drawing(
    visitor: httpx.AsyncClient, drawing: Drawing
) -> None:
    drawing.may_go_on.clear()
    asked = [asyncio.create_task(visitor.get(path)) for path in (FILM, STILL, FILM, FILM)]
    async with asyncio.timeout(30):
        while not drawing.drawn:  # noqa: ASYNC110 - a thread's doing
            await asyncio.sleep(0.01)
    drawing.may_go_on.set()
    assert [answer.status_code for answer in await asyncio.gather(*asked)] == [200] * 4
    assert len(drawing.drawn) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="niceness belongs to a thread on Linux alone")
async def test_drawing_yields_to_calls(visitor: httpx.AsyncClient, drawing: Drawing) -> None:
    await visitor.get(FILM)
    assert drawing.niceness == min(19, os.getpriority(os.PRIO_PROCESS, 0) + Rank.INDEXING)


async def test_a_drawing_that_failed_leaves_nothing_and_is_tried_again(
    visitor: httpx.AsyncClient, drawing: Drawing, dependencies: ApiDependencies
) -> None:
    drawing.fails = 1
    assert "nothing can be drawn" in refusal(await visitor.get(FILM), 503)
    assert list(dependencies.settings.home.glob("thumbnails/*")) == []
    assert (await visitor.get(FILM)).status_code == 200


async def test_a_presenter_that_is_not_here_is_named(dependencies: ApiDependencies, tmp_path: Path) -> None:
    async with client_of(replace(dependencies, shipped=tmp_path / "nothing")) as visitor:
        assert "'nia'" in refusal(await visitor.get(FILM), 503)


async def test_what_was_drawn_outlives_the_appliance_but_not_what_it_shows(
    shipped: Path, tmp_path: Path, drawing: Drawing
) -> None:
    kept = tmp_path / "kept"
    beside = await Gallery(shipped, kept).file("nia", "", "mp4")
    first = await Gallery(shipped, kept).file("nia", "glass", "mp4")
    assert await Gallery(shipped, kept).file("nia", "glass", "mp4") == first
    assert len(drawing.drawn) == 2
    shutil.copyfile(shipped / "backdrops" / "cafe.webp", shipped / "backdrops" / "glass.webp")
    other = await Gallery(shipped, kept).file("nia", "glass", "mp4")
    assert (other.path != first.path, other.digest != first.digest) == (True, True)
    assert set(kept.glob("*.mp4")) == {beside.path, other.path}
    (shipped / "presenters" / "nia" / "presenter.json").write_text("{}")
    assert (await Gallery(shipped, kept).file("nia", "glass", "mp4")).digest not in {first.digest, other.digest}
    assert len(drawing.drawn) == 4


async def test_what_a_killed_process_left_is_removed(shipped: Path, tmp_path: Path, drawing: Drawing) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / ".nia.glass.0123.mp4.77").write_bytes(b"half")
    film = await Gallery(shipped, kept).file("nia", "glass", "mp4")
    still = await Gallery(shipped, kept).file("nia", "glass", "jpg")
    assert set(kept.iterdir()) == {film.path, still.path}


async def test_a_file_that_somebody_removed_is_drawn_again(shipped: Path, tmp_path: Path, drawing: Drawing) -> None:
    gallery = Gallery(shipped, tmp_path / "kept")
    first = await gallery.file("ravi", "green", "jpg")
    first.path.unlink()
    assert (await gallery.file("ravi", "green", "jpg")).path.is_file()
    assert drawing.drawn == [("ravi", (0, 177, 64))] * 2


async def test_a_real_one_is_a_film(dependencies: ApiDependencies, shipped: Path) -> None:
    nia = shipped / "presenters" / "nia"
    finished(nia, *written(nia))
    async with client_of(replace(dependencies, shipped=shipped)) as visitor:
        film = await visitor.get(FILM)
        assert film.content[4:8] == b"ftyp"
        assert (await visitor.get(STILL)).content.startswith(b"\xff\xd8\xff")
