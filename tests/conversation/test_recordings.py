"""Calls are recorded: from the room and from outside, to a folder or a bucket, whatever dies in between."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from engine.conversation.call_recording import RecordingStateError
from engine.conversation.host import Calls
from engine.conversation.recordings import Recordings
from engine.errors import InvalidInputError
from engine.network import NetworkPolicy
from engine.recording.arrivals import RecordingError
from engine.recording.s3 import S3Settings
from engine.recording.signatures import Credentials, signed
from engine.secret import Secret
from engine.store.files import DiskFullError
from engine.store.opening import Store, open_store
from engine.store.records import RecordingRecord
from engine.webhooks.delivery import WebhookDelivery
from engine.webhooks.signing import Signer
from tests.conversation.test_call import voice_like
from tests.conversation.test_host import ENDED, PERSONA, REPLICA, House
from tests.fakes.layers import FakeLayers, fake_layers
from tests.fakes.webhook_receiver import Receiver, receiving
from tests.killed_process import killed_behind
from tests.real_time import SOON
from tests.recording.films import watch
from tests.recording.killed_appliance import destinations
from tests.recording.object_store import BUCKET, ObjectStore, running
from tests.room.test_people import Guest

NOWHERE = S3Settings()


class Studio(House):
    """A host whose calls can be recorded."""

    def __init__(self, home: Path, store: Store, layers: FakeLayers, s3: S3Settings = NOWHERE) -> None:
        super().__init__(store, layers, 2)
        self.home = home
        self.recordings = Recordings(store, destinations(home, s3))
        self.calls = Calls(
            layers.engines,
            store.conversations,
            store.pronunciation_dictionaries,
            limit=2,
            loopback=True,
            language="english",
            seed=1,
            recordings=self.recordings,
        )

    async def start(self, **properties: Any) -> str:
        record = await self.conversation(**{"enable_recording": True, **properties})
        await self.calls.start(record, PERSONA, REPLICA)
        return record.conversation_id

    async def only_recording(self, conversation_id: str) -> RecordingRecord:
        (record,) = await self.store.recordings.of_conversation(conversation_id)
        return record

    async def settled(self, conversation_id: str) -> RecordingRecord:
        found: list[RecordingRecord] = []
        async with asyncio.timeout(SOON):
            while not found or found[-1].status in {"recording", "storing"}:
                await asyncio.sleep(0.05)
                found.append(await self.only_recording(conversation_id))
        return found[-1]

    def film(self, record: RecordingRecord) -> Path:
        return self.home / "recordings" / record.s3_key

    async def told(self, conversation_id: str) -> list[dict[str, Any]]:
        events = await self.store.conversations.events(conversation_id)
        return [event.properties for event in events if event.event_type == "application.recording_ready"]

    @asynccontextmanager
    async def guest(self, conversation_id: str) -> AsyncIterator[Guest]:
        guest, resume_token = Guest(), ""

        async def joined(sdp: str) -> str:
            nonlocal resume_token
            answer = await self.calls.join(conversation_id, sdp, "Ada")
            resume_token = answer.resume_token
            return answer.sdp

        await guest.join(joined)
        try:
            yield guest
        finally:
            await guest.close()
            await self.calls.leave(conversation_id, resume_token)


@asynccontextmanager
async def studio(home: Path, *, s3: S3Settings = NOWHERE, **layers: Any) -> AsyncIterator[Studio]:
    store = await open_store(home)
    fakes = fake_layers(**{"hears": [], "answers": ["Yes."], **layers})
    built = Studio(home, store, fakes, s3)
    try:
        yield built
    finally:
        await built.calls.close(ENDED)
        await built.recordings.close()
        await store.close()
        fakes.engines.close()


def ask(guest: Guest, event_type: str) -> None:
    guest.send_text(json.dumps({"message_type": "room", "event_type": event_type}))


async def test_a_call_is_recorded_at_the_wish_of_somebody_in_it(tmp_path: Path) -> None:
    async with studio(tmp_path, hears=["What is your name?"], answers=["My name is Ada."]) as house:
        conversation_id = await house.start()
        async with house.guest(conversation_id) as guest:
            ask(guest, "room.start_recording")
            started = (await guest.event("room.recording", state="started")).message["properties"]
            ask(guest, "room.start_recording")
            assert "no recording" in (await guest.event("error")).message["properties"]["error"]
            await guest.speak(voice_like(1.0))
            await guest.event("conversation.utterance", role="replica")
            ask(guest, "room.stop_recording")
            stopped = (await guest.event("room.recording", state="stopped")).message["properties"]
            assert stopped["recording_id"] == started["recording_id"]
            assert stopped["session_id"] == started["session_id"] != ""
        record = await house.settled(conversation_id)
        assert (record.recording_id, record.status, record.bucket_name) == (started["recording_id"], "ready", "local")
        film = await asyncio.to_thread(watch, house.film(record))
        assert film.duration == pytest.approx(record.duration, abs=0.1)
        assert film.level(0, film.duration, 220) > 0.01, "the person is heard"
        captions = house.film(record).with_suffix(".vtt").read_text()
        assert "What is your name?" in captions
        assert "<v Ada>My name is Ada." in captions
        assert await house.told(conversation_id) == [
            {"bucket_name": "local", "s3_key": record.s3_key, "duration": round(record.duration)}
        ]


async def test_a_recording_ends_with_its_call_and_the_file_is_whole_afterwards(tmp_path: Path) -> None:
    async with studio(tmp_path) as house:
        conversation_id = await house.start()
        async with house.guest(conversation_id) as guest:
            begun = await house.calls.begin_recording(conversation_id)
            told = (await guest.event("room.recording")).message["properties"]
            assert told == {"state": "started", "recording_id": begun.recording_id, "session_id": ""}
            with pytest.raises(RecordingStateError):
                await house.calls.begin_recording(conversation_id)
            await asyncio.sleep(1)
            await house.calls.end(conversation_id, ENDED)
            await guest.event("room.recording", state="stopped")
        assert (await house.settled(conversation_id)).duration > 0.5
        with pytest.raises(KeyError):
            await house.calls.end_recording(conversation_id)


@pytest.mark.parametrize("end", ["recording", "call", "visit"])
async def test_what_somebody_is_saying_when_the_recording_ends_is_its_last_caption(tmp_path: Path, end: str) -> None:
    async with studio(tmp_path, hears=["And then I said"]) as house:
        conversation_id = await house.start(participant_left_timeout=60)
        async with house.guest(conversation_id) as guest:
            await house.calls.begin_recording(conversation_id)
            await asyncio.sleep(0.6)
            speaking = asyncio.create_task(guest.speak(voice_like(20.0)))
            await guest.event("conversation.utterance.streaming", role="user")
            if end == "recording":
                await house.calls.end_recording(conversation_id)
            elif end == "call":
                await house.calls.end(conversation_id, ENDED)
            speaking.cancel()
            await asyncio.gather(speaking, return_exceptions=True)
        record = await house.settled(conversation_id)
        assert "<v Ada>And then I said" in house.film(record).with_suffix(".vtt").read_text()


async def test_when_everybody_has_gone_nothing_is_recorded_any_more(tmp_path: Path) -> None:
    async with studio(tmp_path) as house:
        conversation_id = await house.start(participant_left_timeout=60)
        async with house.guest(conversation_id):
            await house.calls.begin_recording(conversation_id)
            await asyncio.sleep(0.6)
        assert (await house.settled(conversation_id)).status == "ready"
        assert house.calls.is_live(conversation_id)
        async with house.guest(conversation_id):
            await house.calls.begin_recording(conversation_id)
            await asyncio.sleep(0.6)
            await house.calls.end_recording(conversation_id)
        assert len(await house.store.recordings.of_conversation(conversation_id)) == 2


async def test_a_conversation_that_may_not_be_recorded_is_not(tmp_path: Path) -> None:
    async with studio(tmp_path) as house:
        conversation_id = await house.start(enable_recording=False)
        async with house.guest(conversation_id) as guest:
            ask(guest, "room.start_recording")
            assert "enable_recording" in (await guest.event("error")).message["properties"]["error"]
            with pytest.raises(InvalidInputError, match="enable_recording"):
                await house.calls.begin_recording(conversation_id)
        assert not await house.store.recordings.of_conversation(conversation_id)


async def test_a_disk_that_fills_up_ends_the_recording_and_not_the_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with studio(tmp_path) as house:
        conversation_id = await house.start()
        async with house.guest(conversation_id) as guest:
            await house.calls.begin_recording(conversation_id)
            await asyncio.sleep(2)

            def full(*_: object, **__: object) -> None:
                raise DiskFullError

            monkeypatch.setattr("engine.recording.recorder.check_room", full)
            failed = (await guest.event("room.recording", state="failed")).message["properties"]
            assert "free space" in failed["error"]
            monkeypatch.setattr("engine.conversation.recordings.check_room", full)
            with pytest.raises(RecordingError, match="free space"):
                await house.calls.begin_recording(conversation_id)
            ask(guest, "room.start_recording")
            again = await guest.event("room.recording", state="failed", recording_id="")
            assert "free space" in again.message["properties"]["error"]
            guest.send("conversation.echo", conversation_id, text="still here")
            await guest.event("conversation.replica.started_speaking")
        kept, *nothing = await house.store.recordings.of_conversation(conversation_id)
        assert "free space" in kept.error
        assert {record.status for record in nothing} == {"failed"}


async def test_what_is_erased_is_gone_from_the_disk_even_while_it_is_made_whole(tmp_path: Path) -> None:
    async with studio(tmp_path) as house:
        conversation_id = await house.start()
        async with house.guest(conversation_id):
            await house.calls.begin_recording(conversation_id)
            await asyncio.sleep(1)
        await house.calls.end(conversation_id, ENDED)
        await house.calls.erase_recordings(conversation_id)
        assert list((tmp_path / "recordings").iterdir()) == []


# --- after `kill -9` ---


async def killed(home: Path, *arguments: str, when: str) -> str:
    """Record in a process of its own and kill it behind a line that it prints; return the conversation."""
    conversation_id, *_ = await killed_behind(when, "tests.recording.killed_appliance", str(home), *arguments)
    return conversation_id


@asynccontextmanager
async def restarted(home: Path, s3: S3Settings = NOWHERE) -> AsyncIterator[Store]:
    """An appliance's recordings and callbacks, over what a killed one left."""
    store = await open_store(home)
    await store.conversations.end_abandoned()
    webhooks = WebhookDelivery(store.outbox, NetworkPolicy(), Signer.of("", store.secret("webhooks")))
    webhooks.start()
    recordings = Recordings(store, destinations(home, s3))
    await recordings.resume()
    try:
        yield store
    finally:
        await recordings.close()
        await webhooks.drain(SOON)
        await webhooks.close()
        await store.close()


def ready(receiver: Receiver) -> list[dict[str, Any]]:
    return [body["properties"] for body in receiver.accepted if body["event_type"] == "application.recording_ready"]


async def test_a_recording_of_a_killed_appliance_is_made_whole_and_told_once(tmp_path: Path) -> None:
    async with receiving() as receiver:
        conversation_id = await killed(tmp_path, receiver.url, when="4")
        async with restarted(tmp_path) as store:
            await receiver.until_true(lambda: bool(ready(receiver)), SOON)
            (record,) = await store.recordings.of_conversation(conversation_id)
        async with restarted(tmp_path):
            await asyncio.sleep(0.5)
        assert ready(receiver) == [
            {"bucket_name": "local", "s3_key": record.s3_key, "duration": round(record.duration)}
        ]
    assert record.status == "ready"
    film = await asyncio.to_thread(watch, tmp_path / "recordings" / record.s3_key)
    assert film.duration == pytest.approx(record.duration, abs=0.1)
    assert film.duration > 1
    assert "Second 1" in (tmp_path / "recordings" / record.s3_key).with_suffix(".vtt").read_text()


@pytest.fixture(scope="module")
def bucket() -> Iterator[ObjectStore]:
    with running() as made:
        yield made


def in_bucket(server: ObjectStore, key: str) -> httpx.Response:
    url = f"http://127.0.0.1:{server.port}/{BUCKET}/{key}"
    headers = signed("GET", url, b"", Credentials(server.access_key, Secret(server.secret_key)), region="us-east-1")
    return httpx.get(url, headers=headers, trust_env=False)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


async def test_an_upload_that_a_kill_cut_off_is_done_at_the_next_start(tmp_path: Path, bucket: ObjectStore) -> None:
    async with receiving() as receiver:
        nobody = (str(free_port()), bucket.access_key, bucket.secret_key)
        conversation_id = await killed(tmp_path, receiver.url, *nobody, when="ended")
        assert ready(receiver) == []
        (film,) = (tmp_path / "recordings" / conversation_id).glob("*.mp4")
        content = film.read_bytes()
        async with restarted(tmp_path, bucket.settings()) as store:
            await receiver.until_true(lambda: bool(ready(receiver)), SOON)
            (record,) = await store.recordings.of_conversation(conversation_id)
    assert ready(receiver) == [{"bucket_name": BUCKET, "s3_key": record.s3_key, "duration": round(record.duration)}]
    assert (record.status, record.bucket_name) == ("ready", BUCKET)
    assert (await asyncio.to_thread(in_bucket, bucket, record.s3_key)).content == content
    captions = await asyncio.to_thread(in_bucket, bucket, record.s3_key.replace(".mp4", ".vtt"))
    assert "Second 1" in captions.text
    assert not film.exists()


async def test_a_call_that_names_a_bucket_is_recorded_into_it(tmp_path: Path, bucket: ObjectStore) -> None:
    async with studio(tmp_path, s3=bucket.settings()) as house:
        conversation_id = await house.start(recording_storage={"provider": "s3", "bucket_name": BUCKET})
        async with house.guest(conversation_id):
            await house.calls.begin_recording(conversation_id)
            await asyncio.sleep(1)
            await house.calls.end_recording(conversation_id)
            record = await house.settled(conversation_id)
        assert (record.status, record.bucket_name) == ("ready", BUCKET)
        assert (await asyncio.to_thread(in_bucket, bucket, record.s3_key)).status_code == 200
        assert not house.film(record).exists()


async def test_without_an_endpoint_a_recording_stays_here_whatever_bucket_is_named(tmp_path: Path) -> None:
    async with studio(tmp_path) as house:
        conversation_id = await house.start(recording_s3_bucket_name="<your_s3_bucket_name>")
        async with house.guest(conversation_id):
            await house.calls.begin_recording(conversation_id)
            await asyncio.sleep(1)
            await house.calls.end_recording(conversation_id)
            record = await house.settled(conversation_id)
        assert (record.status, record.bucket_name) == ("ready", "local")
        assert house.film(record).exists()
