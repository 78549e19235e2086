"""Recordings that stay in the folder of the appliance."""

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InvalidInputError
from engine.recording.storage import LocalStorage, Stored, check_key, key_of

TRICKS = [
    "", "/", "/etc/passwd", "..", "../a.mp4", "a/../b.mp4", "a/..", "./a.mp4", "a//b.mp4", "a/", "a\\b.mp4", "..\\a.mp4", "C:/a.mp4",
    "C:\\a.mp4", "c:a.mp4", "\\\\host\\share", "a\0b", "a\n.mp4", "~/a.mp4", ".hidden", "a/.hidden", "a b.mp4", "%2e%2e/a.mp4", "ä.mp4",
    "a?b", "a#b", "a" * 201, "a/" * 600 + "a",
]  # fmt: skip


async def test_a_recording_is_moved_into_the_folder(tmp_path: Path) -> None:
    made = tmp_path / "made.mp4"
    made.write_bytes(b"film")
    storage = LocalStorage(tmp_path / "recordings")
    stored = await storage.store(made, "c123/recording-20261121T010203Z.mp4")
    assert stored == Stored("local", "c123/recording-20261121T010203Z.mp4")
    assert storage.path(stored.s3_key).read_bytes() == b"film"
    assert storage.path(stored.s3_key) == tmp_path / "recordings" / "c123" / "recording-20261121T010203Z.mp4"
    assert not made.exists()


async def test_a_recording_that_is_in_its_place_stays_there(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"film")
    await LocalStorage(tmp_path).store(tmp_path / "a.mp4", "a.mp4")
    assert (tmp_path / "a.mp4").read_bytes() == b"film"


def test_a_recording_is_named_after_its_conversation_and_the_moment_of_its_begin() -> None:
    started = datetime(2026, 11, 21, 3, 2, 1, 20_030, tzinfo=timezone(timedelta(hours=2)))
    assert key_of("c123", started) == check_key("c123/recording-20261121T010201-020030Z.mp4")


@pytest.mark.parametrize("key", TRICKS)
async def test_keys_lead_nowhere_else(tmp_path: Path, key: str) -> None:
    made = tmp_path / "made.mp4"
    made.write_bytes(b"film")
    with pytest.raises(InvalidInputError, match="s3_key"):
        await LocalStorage(tmp_path / "recordings").store(made, key)
    assert made.exists()


@pytest.mark.parametrize("key", ["link", "link/a.mp4", "c1/link", "c1/link/a.mp4"])
def test_links_are_not_followed(tmp_path: Path, key: str) -> None:
    folder = tmp_path / "recordings"
    (folder / "c1").mkdir(parents=True)
    (folder / "link").symlink_to(tmp_path)
    (folder / "c1" / "link").symlink_to(tmp_path / "missing")
    with pytest.raises(InvalidInputError, match="symbolic links"):
        LocalStorage(folder).path(key)


@given(key=st.text(st.characters() | st.sampled_from("./\\:~-_a"), max_size=30))
def test_a_key_that_is_accepted_lies_below_the_folder(key: str) -> None:
    folder = Path("/recordings")
    try:
        check_key(key)
    except InvalidInputError:
        return
    place = folder / key
    assert place.resolve() == place
    assert folder in place.parents
    assert not set(key) & set("\\:~ ")
