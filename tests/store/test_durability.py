"""What was acknowledged survives a killed process."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

from engine.store.opening import open_store

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


def _write_until_killed(home: Path, acknowledgements: int) -> list[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(home)], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(acknowledgements)]
    process.send_signal(signal.SIGKILL)
    rest, _ = process.communicate()
    lines += [line for line in rest.splitlines(keepends=True) if line.endswith(b"\n")]
    return [line.decode().strip() for line in lines]


async def test_every_acknowledged_write_is_there_after_kill_nine(tmp_path: Path) -> None:
    for moment in range(5):
        acknowledged = await asyncio.to_thread(_write_until_killed, tmp_path, 5 + 7 * moment)
        store = await open_store(tmp_path)
        for conversation_id in acknowledged:
            assert await store.conversations.get(conversation_id) is not None
            assert len(await store.conversations.events(conversation_id)) == 1
            assert len(await store.outbox.deliveries(conversation_id)) == 1
        check = await store.database.read(lambda tables: tables.execute("PRAGMA integrity_check").fetchone()[0])
        assert check == "ok"
        await store.close()
