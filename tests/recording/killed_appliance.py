"""`python -m tests.recording.killed_appliance HOME CALLBACK_URL [PORT ACCESS_KEY SECRET_KEY]`: records a conversation until it is killed.

The order of the start is the appliance's. With an object store's port, the recording is ended and goes to its bucket. Prints the
conversation's id, then a line for every second that was handed to the recorder, or `ended`.
"""

import asyncio
import sys
from pathlib import Path

from engine.conversation.recordings import Recordings
from engine.network import NetworkPolicy
from engine.recording.destinations import Destinations
from engine.recording.layout import REPLICA
from engine.recording.s3 import S3Settings
from engine.recording.signed_requests import Patience
from engine.secret import Secret
from engine.store.home_lock import HomeLock
from engine.store.opening import open_store
from tests.recording.films import FRAME, RATE, TICK, plain, tone
from tests.recording.object_store import BUCKET

STUBBORN = Patience(first_s=0.1, longest_s=0.5, attempts=100_000)


def destinations(home: Path, s3: S3Settings) -> Destinations:
    """Where recordings go in these tests: an object store on this machine may be reached."""
    return Destinations(home / "recordings", s3, NetworkPolicy(allow_hosts=("127.0.0.1",)), STUBBORN)


async def record(home: Path, callback_url: str, s3: S3Settings) -> None:
    """Record until killed."""
    with HomeLock(home):
        store = await open_store(home)
        recordings = Recordings(store, destinations(home, s3))
        await recordings.resume()
        conversation = await store.conversations.create(
            conversation_name="test",
            persona_id="p1",
            replica_id="r1",
            callback_url=callback_url,
            properties={"enable_recording": True, **({"recording_s3_bucket_name": BUCKET} if s3 else {})},
        )
        running = await recordings.begin(conversation.conversation_id, frames_per_second=25)
        print(conversation.conversation_id, flush=True)
        at, voice = 0, tone(450, TICK)
        while not s3 or at < 3 * RATE:
            await asyncio.sleep(TICK / RATE)
            running.recorder.sound(REPLICA, at, voice)
            if at % FRAME == 0:
                running.recorder.picture(REPLICA, at, plain(90))
            if at % RATE == 0:
                running.recorder.caption(at, "Replica", f"Second {at // RATE}", 1.0)
                print(at // RATE, flush=True)
            at += TICK
        recordings.finish(running)
        while not await store.recordings.in_status("storing"):  # noqa: ASYNC110 - it is the store that is looked at
            await asyncio.sleep(0.02)
        print("ended", flush=True)
        await asyncio.sleep(3600)


if __name__ == "__main__":
    port, access_key, secret_key = sys.argv[3:] or ("", "", "")
    made = S3Settings(f"http://127.0.0.1:{port}", access_key, Secret(secret_key)) if port else S3Settings()
    asyncio.run(record(Path(sys.argv[1]), sys.argv[2], made))
