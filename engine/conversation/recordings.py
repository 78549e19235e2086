"""The recordings of this appliance: begun, made whole, put where they belong, and told of; after a crash too."""

import asyncio
import logging
import shutil
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeVar

from engine.errors import InvalidInputError, VisavisError
from engine.network import NetworkRefusedError
from engine.ranks import Rank, ranked_threads
from engine.recording.arrivals import RecordingError
from engine.recording.captions import captions_of
from engine.recording.destinations import Destinations
from engine.recording.finalising import Recorded, finalise, partial_of, recorded_in, unfinished
from engine.recording.recorder import Recorder
from engine.recording.storage import LocalStorage, StorageError, key_of, store_recording
from engine.store.files import check_room
from engine.store.opening import Store
from engine.store.records import RecordingRecord
from models.durable import discard

log = logging.getLogger(__name__)

Result = TypeVar("Result")

WIDTH, HEIGHT = 1280, 720
"""Pixels of every recording that has a picture."""
TRY_AGAIN: Final = 600.0
"""Seconds after which an upload that was given up (each of its requests is repeated for minutes) begins anew."""
LAST_UPLOADS: Final = 1.0
"""Seconds that uploads get when the appliance stops; the next start takes them up again."""


@dataclass(frozen=True, slots=True, eq=False)
class OpenRecording:
    """A recording that runs."""

    record: RecordingRecord
    recorder: Recorder


class Recordings:
    """Used on the event loop; the disk is waited for in threads of its own. `resume` before the first call, `close` after the last."""

    def __init__(self, store: Store, destinations: Destinations) -> None:
        self._store = store
        self._destinations = destinations
        self._local = LocalStorage(destinations.folder)
        self._threads = ranked_threads("recordings", Rank.INDEXING, 2)
        self._finishing: dict[asyncio.Task[None], str] = {}
        """What makes files whole, and of which conversations."""
        self._storing: dict[asyncio.Task[None], str] = {}
        """What puts them where they belong."""

    async def begin(self, conversation_id: str, *, frames_per_second: int) -> OpenRecording:
        """Begin a recording; no frames per second: sound alone.

        Raises RecordingError, with the reason, when nothing can be written, StoreError.
        """
        key = key_of(conversation_id, datetime.now(UTC))
        record = await self._store.recordings.create(conversation_id, key)
        try:
            recorder = await self._in_thread(lambda: self._open(self._local.path(key), frames_per_second))
        except (OSError, VisavisError) as error:
            await self._store.recordings.failed(record.recording_id, str(error))
            raise RecordingError(str(error)) from error
        return OpenRecording(record, recorder)

    def finish(self, recording: OpenRecording) -> None:
        """Make a recording whole and put it where it belongs, in the background."""
        record = recording.record
        self._spawn(self._finishing, record, self._finish(record, recording.recorder.close, recording.recorder))

    async def erase(self, conversation_id: str) -> None:
        """Remove all files of a conversation's recordings from this machine."""
        await asyncio.gather(*self._of(self._finishing, conversation_id), return_exceptions=True)
        storing = self._of(self._storing, conversation_id)
        for task in storing:
            task.cancel()
        await asyncio.gather(*storing, return_exceptions=True)
        folder = self._local.path(conversation_id)
        await self._in_thread(lambda: shutil.rmtree(folder, ignore_errors=True))

    async def resume(self) -> None:
        """Take up what an earlier process left, in the background. Only who holds the home folder alone may do this."""
        for partial in await self._in_thread(lambda: unfinished(self._destinations.folder)):
            log.info("%s was left unfinished", partial.name)
        for record in await self._store.recordings.in_status("recording"):
            self._spawn(self._finishing, record, self._recover(record))
        for record in await self._store.recordings.in_status("storing"):
            self._spawn(self._storing, record, self._put(record))

    async def close(self) -> None:
        """Make everything whole that has ended; uploads go on at the next start."""
        while self._finishing:
            await asyncio.wait(self._finishing)
        if self._storing:
            await asyncio.wait(self._storing, timeout=LAST_UPLOADS)
        storing = list(self._storing)
        for task in storing:
            task.cancel()
        await asyncio.gather(*storing, return_exceptions=True)
        self._threads.shutdown(wait=False)

    def _open(self, target: Path, frames_per_second: int) -> Recorder:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        check_room(target.parent, 0)
        return Recorder(target, width=WIDTH, height=HEIGHT, frames_per_second=frames_per_second)

    async def _recover(self, record: RecordingRecord) -> None:
        target = self._local.path(record.s3_key)
        await self._finish(record, lambda: _whole(target))

    async def _finish(
        self, record: RecordingRecord, make_whole: Callable[[], Recorded], recorder: Recorder | None = None
    ) -> None:
        recordings = self._store.recordings
        try:
            recorded = await self._in_thread(make_whole)
        except RecordingError as error:
            log.warning("nothing came of recording %s: %s", record.recording_id, error)
            await recordings.failed(record.recording_id, str(error))
            return
        except OSError as error:
            log.warning("recording %s is not whole yet: %s", record.recording_id, error)
            await recordings.note(record.recording_id, f"{error}; the appliance tries again when it starts anew")
            return
        failure = recorder.failure if recorder is not None else None
        whole = await recordings.whole(
            record.recording_id,
            duration=recorded.duration,
            size=recorded.size,
            captions=recorded.captions is not None,
            error="" if failure is None else str(failure),
        )
        if whole is None:
            discard(recorded.path, captions_of(recorded.path))
        else:
            self._spawn(self._storing, whole, self._put(whole))

    async def _put(self, record: RecordingRecord) -> None:
        """Put a whole recording where it belongs, however long it takes, and tell its owner."""
        target = self._local.path(record.s3_key)
        recorded = Recorded(target, captions_of(target) if record.captions else None, record.duration, record.size)
        while (conversation := await self._store.conversations.get(record.conversation_id, deleted=True)) is not None:
            try:
                storage = self._destinations.storage(conversation.properties)
                stored = await store_recording(storage, recorded, record.s3_key)
            except (StorageError, NetworkRefusedError, InvalidInputError, OSError) as error:
                log.warning("recording %s stays here for now: %s", record.recording_id, error)
                await self._store.recordings.note(record.recording_id, str(error))
                await asyncio.sleep(TRY_AGAIN)
                continue
            await self._store.recordings.ready(
                record.recording_id, bucket_name=stored.bucket_name, s3_key=stored.s3_key
            )
            return
        await self._in_thread(lambda: discard(recorded.path, captions_of(recorded.path)))

    def _spawn(
        self, kind: dict[asyncio.Task[None], str], record: RecordingRecord, work: Coroutine[Any, Any, None]
    ) -> None:
        task = asyncio.create_task(work, name=f"recording-{record.recording_id}")
        kind[task] = record.conversation_id

        def done(task: asyncio.Task[None]) -> None:
            del kind[task]
            if not task.cancelled() and (error := task.exception()) is not None:
                # Its row says how far it came; the next start takes it up.
                log.error("recording %s waits for the next start", record.recording_id, exc_info=error)

        task.add_done_callback(done)

    @staticmethod
    def _of(kind: dict[asyncio.Task[None], str], conversation_id: str) -> list[asyncio.Task[None]]:
        return [task for task, owner in kind.items() if owner == conversation_id]

    async def _in_thread(self, step: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._threads, step)


def _whole(target: Path) -> Recorded:
    """Make whole what a killed process left of a recording; blocking. Raises RecordingError when it left nothing, OSError."""
    partial = partial_of(target)
    recorded = finalise(partial) if partial.exists() else recorded_in(target)
    if recorded is None:
        raise RecordingError("the appliance ended before anything was recorded")
    return recorded
