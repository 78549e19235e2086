"""The database: one thread writes, some read, the event loop waits for neither and reads by itself what is short."""

import asyncio
import sqlite3
import stat
import sys
import threading
import time
from pathlib import Path

import pytest
from sqlite_utils import Database as Tables

from engine.store.database import BUSY_TIMEOUT_MS, Database
from engine.store.errors import StoreError
from tests.real_time import SOON


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "some.db"


def _make_table(tables: Tables) -> None:
    tables.execute("CREATE TABLE notes (text TEXT)")


def _add(tables: Tables, text: str) -> None:
    tables.execute("INSERT INTO notes VALUES (?)", [text])


def _write_letter(path: Path) -> None:
    path.write_bytes(b"this is a letter to my aunt" * 100)


def _count(tables: Tables) -> int:
    return int(tables.execute("SELECT count(*) FROM notes").fetchone()[0])


async def test_what_was_written_is_read_and_survives_a_reopening(path: Path) -> None:
    database = await Database.open(path)
    await database.write(_make_table)
    await database.write(lambda tables: _add(tables, "kept"))
    assert await database.read(_count) == 1
    await database.close()

    again = await Database.open(path)
    assert await again.read(_count) == 1
    await again.close()


async def test_an_exception_rolls_the_whole_change_back(path: Path) -> None:
    database = await Database.open(path)
    await database.write(_make_table)

    def half(tables: Tables) -> None:
        _add(tables, "never")
        raise KeyError("broken off")

    with pytest.raises(KeyError, match="broken off"):
        await database.write(half)
    assert await database.read(_count) == 0
    await database.write(lambda tables: _add(tables, "after"))
    assert await database.read(_count) == 1
    await database.close()


async def test_writes_are_flushed_at_each_commit_and_all_come_from_one_thread(path: Path) -> None:
    database = await Database.open(path)
    names = await asyncio.gather(*(database.write(lambda _: threading.current_thread().name) for _ in range(20)))
    assert len(set(names)) == 1
    assert await database.write(lambda tables: tables.execute("PRAGMA synchronous").fetchone()[0]) == 2
    assert await database.read(lambda tables: tables.execute("PRAGMA journal_mode").fetchone()[0]) == "wal"
    await database.close()


async def test_readers_cannot_write(path: Path) -> None:
    database = await Database.open(path)
    await database.write(_make_table)
    with pytest.raises(StoreError, match="readonly"):
        await database.read(lambda tables: _add(tables, "no"))
    await database.close()


async def test_readers_go_on_while_a_write_is_in_progress_and_the_event_loop_turns(path: Path) -> None:
    database = await Database.open(path)
    await database.write(_make_table)
    inside, leave = threading.Event(), threading.Event()

    def slow(tables: Tables) -> None:
        _add(tables, "slow")
        inside.set()
        leave.wait(SOON)

    writing = asyncio.create_task(database.write(slow))
    await asyncio.to_thread(inside.wait)
    assert await database.read(_count) == 0, "a reader sees the state before the transaction"
    assert not writing.done()
    leave.set()
    await writing
    assert await database.read(_count) == 1
    await database.close()


COUNT_TO = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) SELECT count(*) FROM n"


@pytest.mark.parametrize(
    ("steps", "rows", "threads"),
    [
        pytest.param(10, 1, ["MainThread"], id="short: on the event loop"),
        pytest.param(100_000, 1, ["MainThread", "store-reader"], id="long: begun again on a reader thread"),
        pytest.param(10, None, ["store-reader"], id="nobody knows how much: on a reader thread"),
        pytest.param(10, 1000, ["store-reader"], id="many rows: on a reader thread"),
    ],
)
async def test_a_read_takes_a_thread_only_where_it_may_be_long(
    path: Path, steps: int, rows: int | None, threads: list[str]
) -> None:
    seen: list[str] = []

    def count(tables: Tables) -> int:
        seen.append(threading.current_thread().name.split("_")[0])
        return int(tables.execute(COUNT_TO.format(steps)).fetchone()[0])

    database = await Database.open(path)
    try:
        assert await database.read(count, rows=rows) == steps
    finally:
        await database.close()
    assert seen == threads


async def test_a_short_read_that_finds_the_file_locked_is_begun_again_on_a_thread_that_may_wait(path: Path) -> None:
    tries: list[str] = []

    def read(tables: Tables) -> int:
        tries.append(threading.current_thread().name.split("_")[0])
        if len(tries) == 1:
            # In WAL mode a reader is kept out only while another process mends the file: not to be caused at will.
            raise sqlite3.OperationalError("database is locked")
        return int(tables.execute("PRAGMA busy_timeout").fetchone()[0])

    database = await Database.open(path)
    try:
        assert await database.read(read, rows=1) == BUSY_TIMEOUT_MS
    finally:
        await database.close()
    assert tries == ["MainThread", "store-reader"]


async def test_many_writers_at_once_lose_nothing(path: Path) -> None:
    database = await Database.open(path)
    await database.write(_make_table)
    await asyncio.gather(*(database.write(lambda tables, n=n: _add(tables, str(n))) for n in range(200)))  # type: ignore[misc]
    assert await database.read(_count) == 200
    await database.close()


async def test_closing_joins_every_thread_and_may_be_repeated(path: Path) -> None:
    def store_threads() -> list[str]:
        return [thread.name for thread in threading.enumerate() if thread.name.startswith("store-")]

    assert store_threads() == []
    database = await Database.open(path)
    await database.write(_make_table)
    await database.read(_count)
    assert store_threads()
    await database.close()
    await database.close()
    assert store_threads() == []
    with pytest.raises(StoreError, match="closed"):
        await database.write(_make_table)


async def test_a_write_that_was_begun_is_finished_by_close(path: Path) -> None:
    database = await Database.open(path)
    await database.write(_make_table)

    begun = threading.Event()

    def slow(tables: Tables) -> None:
        begun.set()
        time.sleep(0.2)
        _add(tables, "kept")

    writing = asyncio.create_task(database.write(slow))
    await asyncio.to_thread(begun.wait, SOON)
    await database.close()
    await writing
    again = await Database.open(path)
    assert await again.read(_count) == 1
    await again.close()


@pytest.mark.skipif(sys.platform == "win32", reason="file modes are a POSIX matter")
async def test_files_belong_to_their_owner_alone(path: Path) -> None:
    database = await Database.open(path)
    await database.write(_make_table)
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert len(modes) == 3
    assert set(modes.values()) == {0o600}
    await database.close()


async def test_a_file_that_is_no_database_is_a_clear_error(path: Path) -> None:
    _write_letter(path)
    with pytest.raises(StoreError, match=r"some\.db cannot be opened: file is not a database"):
        await Database.open(path)


async def test_a_folder_that_is_missing_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened"):
        await Database.open(tmp_path / "nowhere" / "some.db")


async def test_a_database_of_a_newer_version_is_left_alone(path: Path) -> None:
    database = await Database.open(path)
    await database.write(
        lambda tables: tables.table("_sqlite_migrations").insert(
            {"migration_set": "visavis", "name": "m999_flying_cars", "applied_at": "2040"}
        )
    )
    await database.close()
    with pytest.raises(StoreError, match=r"newer version.*m999_flying_cars"):
        await Database.open(path)


async def test_a_full_disk_is_a_store_error_and_the_database_stays_usable(path: Path) -> None:
    database = await Database.open(path)
    await database.write(_make_table)
    pages = await database.write(lambda tables: tables.execute("PRAGMA page_count").fetchone()[0])
    await database.write(lambda tables: tables.execute(f"PRAGMA max_page_count={pages + 2}").close())
    with pytest.raises(StoreError, match="full"):
        await database.write(lambda tables: _add(tables, "x" * 1_000_000))
    assert await database.read(_count) == 0
    await database.write(lambda tables: _add(tables, "small"))
    assert await database.read(_count) == 1
    await database.close()
