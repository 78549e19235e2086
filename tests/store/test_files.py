"""Files that arrive piece by piece."""

import asyncio
import hashlib
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.store import files
from engine.store.files import DiskFullError, FileTooLargeError, IncomingFile, check_room


def _names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(sizes=st.lists(st.integers(0, 1_500_000), max_size=6))
async def test_what_was_written_is_what_is_kept(tmp_path: Path, sizes: list[int]) -> None:
    pieces = [os.urandom(size) for size in sizes]
    async with IncomingFile(tmp_path / "in" / "partial", 10_000_000) as file:
        for piece in pieces:
            await file.write(piece)
        stored = await file.keep(tmp_path / "kept" / "file")
    whole = b"".join(pieces)
    assert stored.path.read_bytes() == whole
    assert stored.size == len(whole)
    assert stored.sha256 == hashlib.sha256(whole).hexdigest()
    assert stored.path.stat().st_mode & 0o077 == 0
    assert _names_in(tmp_path / "in") == []


async def test_one_byte_too_many_is_refused_and_nothing_stays(tmp_path: Path) -> None:
    async with IncomingFile(tmp_path / "partial", 2_000_000) as file:
        await file.write(b"x" * 1_999_999)
        await file.write(b"x")
        with pytest.raises(FileTooLargeError, match="2000000"):
            await file.write(b"x")
    assert _names_in(tmp_path) == []


async def test_a_cancelled_reception_leaves_nothing(tmp_path: Path) -> None:
    begun = asyncio.Event()

    async def receive() -> None:
        async with IncomingFile(tmp_path / "partial", 10_000_000) as file:
            await file.write(b"x" * 2_000_000)
            begun.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(receive())
    await begun.wait()
    assert (tmp_path / "partial").stat().st_size == 2_000_000
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert _names_in(tmp_path) == []


async def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "partial").write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        async with IncomingFile(tmp_path / "partial", 10):
            pass
    assert (tmp_path / "partial").read_bytes() == b"mine"


async def test_the_disk_keeps_room_for_everything_else(tmp_path: Path) -> None:
    free = shutil.disk_usage(tmp_path).free
    check_room(tmp_path, 1, kept_free=0)
    with pytest.raises(DiskFullError, match="free space"):
        check_room(tmp_path, free + 1, kept_free=0)
    async with IncomingFile(tmp_path / "partial", 10_000_000, kept_free=2 * free) as file:
        with pytest.raises(DiskFullError):
            await file.write(b"x" * files.WRITTEN_AT_ONCE)
    assert _names_in(tmp_path) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the full disk of Linux")
async def test_a_full_disk_is_named_as_such(tmp_path: Path) -> None:
    async with IncomingFile(tmp_path / "partial", 10_000_000) as file:
        await file.write(b"x")
        full = os.open("/dev/full", os.O_WRONLY)
        os.dup2(full, file._descriptor)
        os.close(full)
        with pytest.raises(DiskFullError):
            await file.keep(tmp_path / "kept")
    assert _names_in(tmp_path) == []
