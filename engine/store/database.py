"""SQLite behind two kinds of threads: one that writes, a few that read.

The event loop never waits for a write, nor for a long read; a short one costs less than the way to a thread and back.
"""

import asyncio
import os
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self, TypeVar

from sqlite_utils import Database as Tables

from engine.store.errors import StoreError
from engine.store.migrations import migrate

Result = TypeVar("Result")

READERS = 2
BUSY_TIMEOUT_MS = 5000
FEW_ROWS = 20
"""Rows that the event loop may make records of by itself."""
SHORT = 30_000
"""Instructions of SQLite's virtual machine that a read may take on the event loop: about 1 ms; a page of rows takes 2,000."""


class Database:
    """One SQLite file in WAL mode; made by `open`.

    What `write` has returned from is on the disk (`synchronous=FULL`): it survives a killed process and a power cut.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writer = ThreadPoolExecutor(1, "store-writer")
        self._readers = ThreadPoolExecutor(READERS, "store-reader")
        self._write_tables: Tables | None = None
        self._short_tables: Tables | None = None
        self._local = threading.local()
        self._open_readers: list[Tables] = []
        self._closed = False

    @classmethod
    async def open(cls, path: Path) -> Self:
        """Create the file (mode 0600) or open it, and bring its schema up to date. Raises StoreError."""
        database = cls(path)
        try:
            await asyncio.get_running_loop().run_in_executor(database._writer, database._prepare)
            await database._start_readers()
        except BaseException:
            await database.close()
            raise
        return database

    async def write(self, change: Callable[[Tables], Result]) -> Result:
        """Run `change` on the writer thread in one `BEGIN IMMEDIATE` transaction and return its result.

        An exception rolls everything back and is passed on. Raises StoreError when the database is closed, full or locked.
        """
        return await self._on(self._writer, self._transaction, change)

    async def read(self, query: Callable[[Tables], Result], *, rows: int | None = None) -> Result:
        """Run `query` on a connection that cannot write, and return its result.

        `rows` is how many it returns at most, None if there is no knowing. One of a few rows is begun on the event loop,
        and begun again on a reader thread when it turns out long or has to wait; others go to a reader thread at once.
        Raises StoreError when the database is closed or damaged.
        """
        if self._closed:
            raise StoreError(f"{self.path} is closed")
        if rows is None or rows > FEW_ROWS:
            return await self._on(self._readers, self._query, query)
        try:
            return query(self._tables_of_the_loop())
        except sqlite3.OperationalError:
            # Interrupted or locked; anything else is reported by the second try.
            return await self._on(self._readers, self._query, query)
        except sqlite3.DatabaseError as error:
            raise StoreError(f"{self.path}: {error}") from error

    async def close(self) -> None:
        """Finish what was begun, close every connection and join every thread; any number of times."""
        if self._closed:
            return
        self._closed = True
        loop = asyncio.get_running_loop()
        if self._short_tables is not None:
            self._short_tables.close()
        if self._write_tables is not None:
            await loop.run_in_executor(self._writer, self._write_tables.close)
        # A thread of its own: the loop's default executor has other work, and threads cannot join themselves.
        with ThreadPoolExecutor(1, "store-closer") as closer:
            await loop.run_in_executor(closer, self._join)

    async def _on(
        self,
        threads: ThreadPoolExecutor,
        run: Callable[[Callable[[Tables], Result]], Result],
        work: Callable[[Tables], Result],
    ) -> Result:
        if self._closed:
            raise StoreError(f"{self.path} is closed")
        try:
            return await asyncio.get_running_loop().run_in_executor(threads, run, work)
        except sqlite3.IntegrityError:
            # The caller's matter: it knows which of its values is there already.
            raise
        except sqlite3.DatabaseError as error:
            # Locked, full, read-only, or damaged.
            raise StoreError(f"{self.path}: {error}") from error

    async def _start_readers(self) -> None:
        # All of them at once: what runs and what is open is then the same from the first request to the last.
        together = threading.Barrier(READERS)

        def begin() -> None:
            together.wait()
            self._query(lambda tables: None)

        loop = asyncio.get_running_loop()
        await asyncio.gather(*(loop.run_in_executor(self._readers, begin) for _ in range(READERS)))

    def _prepare(self) -> None:
        try:
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
            self._write_tables = self._connect()
            self._write_tables.execute("PRAGMA journal_mode=WAL")
            self._write_tables.execute("PRAGMA synchronous=FULL")
            self._transaction(migrate)
        except OSError as error:
            raise StoreError(f"{self.path} cannot be opened: {error.strerror}") from error
        except sqlite3.DatabaseError as error:
            raise StoreError(f"{self.path} cannot be opened: {error}") from error

    def _tables_of_the_loop(self) -> Tables:
        if self._short_tables is None:
            tables = self._connect()
            tables.execute("PRAGMA query_only=ON")
            tables.execute("PRAGMA busy_timeout=0")
            # A handler that says "stop" as soon as it is asked for the first time.
            tables.conn.set_progress_handler(lambda: 1, SHORT)
            self._short_tables = tables
        return self._short_tables

    def _connect(self) -> Tables:
        # Closed by another thread than the one that made it, hence no thread check; no two threads ever use one at once.
        connection = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
        connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        connection.execute("PRAGMA foreign_keys=ON")
        return Tables(connection, execute_plugins=False)

    def _transaction(self, change: Callable[[Tables], Result]) -> Result:
        tables = self._write_tables
        assert tables is not None
        tables.execute("BEGIN IMMEDIATE")
        try:
            result = change(tables)
            tables.execute("COMMIT")
        except BaseException:
            if tables.conn.in_transaction:
                tables.execute("ROLLBACK")
            raise
        return result

    def _query(self, query: Callable[[Tables], Result]) -> Result:
        tables: Tables | None = getattr(self._local, "tables", None)
        if tables is None:
            tables = self._connect()
            tables.execute("PRAGMA query_only=ON")
            self._local.tables = tables
            self._open_readers.append(tables)
        return query(tables)

    def _join(self) -> None:
        self._writer.shutdown()
        self._readers.shutdown()
        for tables in self._open_readers:
            tables.close()
