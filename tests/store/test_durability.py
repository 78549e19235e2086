"""What was acknowledged survives a killed process."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from engine.store.errors import StoreError
from engine.store.listing import Window
from engine.store.opening import DATABASE_NAME, open_store
from engine.store.stock import load_stock

WRITER = """
import asyncio, sys
from pathlib import Path
from engine.store.call_events import replica_joined
from engine.store.opening import open_store

async def main():
    store = await open_store(Path(sys.argv[1]))
    while True:
        made = await store.conversations.create(
            conversation_name="n", persona_id="p", replica_id="r", callback_url="http://127.0.0.1:1/")
        await store.conversations.record_event(made.conversation_id, replica_joined("r"))
        print(made.conversation_id, flush=True)

asyncio.run(main())
"""


FOUNDER = """
import asyncio, sys
from pathlib import Path
from engine.store.opening import open_store

async def main():
    for number in range(1000):
        print(number, flush=True)
        store = await open_store(Path(sys.argv[1]) / str(number))
        await store.close()

asyncio.run(main())
"""


def _run_until_killed(program: str, home: Path, acknowledgements: int) -> list[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(home)], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(acknowledgements)]
    process.send_signal(signal.SIGKILL)
    rest, _ = process.communicate()
    lines += [line for line in rest.splitlines(keepends=True) if line.endswith(b"\n")]
    return [line.decode().strip() for line in lines]


async def test_every_acknowledged_write_is_there_after_kill_nine(tmp_path: Path) -> None:
    for moment in range(5):
        acknowledged = await asyncio.to_thread(_run_until_killed, WRITER, tmp_path, 5 + 7 * moment)
        store = await open_store(tmp_path)
        for conversation_id in acknowledged:
            assert await store.conversations.get(conversation_id) is not None
            assert len(await store.conversations.events(conversation_id)) == 1
            assert len(await store.outbox.deliveries(conversation_id)) == 1
        check = await store.database.read(lambda tables: tables.execute("PRAGMA integrity_check").fetchone()[0])
        assert check == "ok"
        await store.close()


async def test_a_process_killed_in_its_very_first_start_leaves_a_folder_that_opens(tmp_path: Path) -> None:
    stock = len(load_stock().personas)
    for attempt in range(6):
        homes = tmp_path / str(attempt)
        homes.mkdir()
        begun = await asyncio.to_thread(_run_until_killed, FOUNDER, homes, 1 + attempt)
        store = await open_store(homes / begun[-1])
        assert (await store.personas.page(Window())).total_count == stock
        await store.close()


@pytest.mark.parametrize(
    ("healthy_pages", "text"), [(1, r"cannot be opened: .*malformed"), (-20, r"visavis\.db: .*malformed")]
)
async def test_a_damaged_database_is_a_clear_error(tmp_path: Path, healthy_pages: int, text: str) -> None:
    store = await open_store(tmp_path)
    for _ in range(200):
        await store.conversations.create(conversation_name="n" * 1000, persona_id="p", replica_id="r")
    await store.close()
    path = tmp_path / DATABASE_NAME
    content = path.read_bytes()
    healthy = content[: healthy_pages * 4096]
    path.write_bytes(healthy + b"\x55" * (len(content) - len(healthy)))
    with pytest.raises(StoreError, match=text):
        await _read_everything(tmp_path)


async def _read_everything(home: Path) -> None:
    store = await open_store(home)
    try:
        await store.conversations.page(Window(limit=-1))
    finally:
        await store.close()
