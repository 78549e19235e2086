"""The appliance as its user meets it: started, used by two people at once, full, ended; and what it says when it cannot start."""

import asyncio
import json
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from engine.bench.appliance_process import ApplianceProcess, appliance_process
from engine.bench.clips import load_clips
from engine.bench.witness import Witness
from engine.certificates import create_certificate
from tests.model_files import NEEDS_MODELS, home
from tests.real_time import SOON, best_of, in_time
from tests.speech import three_clips, word_error_rate

pytestmark = [*NEEDS_MODELS, pytest.mark.slow]

TWO_GIGABYTES = 2_000.0


@asynccontextmanager
async def person_in(appliance: ApplianceProcess, conversation_id: str) -> AsyncIterator[Witness]:
    person = Witness()
    await person.join(appliance.signal(conversation_id))
    try:
        yield person
    finally:
        # A connection that does not close fails the test instead of holding up all that follow.
        async with asyncio.timeout(SOON):
            await person.close()


async def test_two_conversations_at_once_and_a_third_is_refused_in_words() -> None:
    async with appliance_process(home(), environment={"VISAVIS_MAX_CONVERSATIONS": "2"}) as appliance:
        first, second = [(await appliance.create_conversation())["conversation_id"] for _ in range(2)]
        async with person_in(appliance, first) as ada, person_in(appliance, second) as bob:
            clips = three_clips()

            async def both_talk() -> None:
                begun = time.monotonic()
                await asyncio.gather(ada.speak(clips[0].samples()), bob.speak(clips[1].samples()))
                for person, clip in ((ada, clips[0]), (bob, clips[1])):
                    heard = await person.event("conversation.utterance", after=begun, role="user", within=60)
                    speech = heard.message["properties"]["speech"]
                    assert word_error_rate(clip.transcript or "", speech) <= 0.2, speech
                    await person.event("conversation.replica.started_speaking", after=heard.time, within=60)
                await asyncio.sleep(2)
                for person in (ada, bob):
                    rate = sum(p.time > begun for p in person.received.pictures) / (time.monotonic() - begun)
                    assert person.first_sound(begun) is not None
                    in_time(rate > 15, f"{rate:.1f} pictures a second")

            await best_of(both_talk)
            full = await appliance.api.post("/v2/conversations", json={"persona_id": "pb87e71797da"})
            assert full.status_code == 429
            assert int(full.headers["retry-after"]) > 0
            assert "2 conversations" in full.json()["message"]
            await appliance.api.post(f"/v2/conversations/{first}/end")
            again = await appliance.api.post("/v2/conversations", json={"persona_id": "pb87e71797da"})
            assert again.status_code == 200
        assert appliance.rss_mb() < TWO_GIGABYTES


async def test_barge_in_stops_the_sound_within_400_ms() -> None:
    interruption = load_clips(None)[6]
    onset = 0.6  # the shipped clips begin with so many seconds of silence
    async with appliance_process(home(), environment={"VISAVIS_SEED": "1"}) as appliance:
        conversation_id = (await appliance.create_conversation())["conversation_id"]
        async with person_in(appliance, conversation_id) as person:

            async def interrupt() -> None:
                after = time.monotonic()
                text = "Let me tell you a long story about the sea, the wind, and a small boat that sailed far away."
                person.send("conversation.echo", conversation_id, text=text)
                await person.event("conversation.replica.started_speaking", after=after)
                await asyncio.sleep(0.8)
                begun = await person.speak(interruption.samples())
                stopped = await person.event("conversation.replica.stopped_speaking", after=after)
                assert stopped.message["properties"]["interrupted"] is True
                silent = person.last_sound(before=stopped.time + 0.3)
                assert silent is not None
                delay = silent - (begun + onset)
                await person.event("conversation.utterance", after=stopped.time, role="user")
                person.send("conversation.interrupt", conversation_id)
                await asyncio.sleep(1.5)
                in_time(delay < 0.4, f"silent after {delay:.3f} s")

            for _ in range(3):
                await best_of(interrupt)


async def test_the_room_is_told_and_the_transcript_kept_when_the_appliance_is_ended(tmp_path: Path) -> None:
    async def measure() -> None:
        async with appliance_process(home()) as appliance:
            conversation_id = (await appliance.create_conversation(custom_greeting="Hello there."))["conversation_id"]
            assert appliance.process.children(recursive=True) == []
            async with person_in(appliance, conversation_id) as person:
                await person.event("conversation.utterance", role="replica")
                assert appliance.process.children(recursive=True) == []
                ended = time.monotonic()
                appliance.process.send_signal(signal.SIGTERM)
                await person.event("system.shutdown")
                await asyncio.to_thread(appliance.process.wait, SOON)
                seconds = time.monotonic() - ended
                in_time(seconds < 5, f"the end took {seconds:.1f} s")

    await best_of(measure)


async def test_who_follows_a_call_hears_of_its_end_when_the_appliance_is_ended() -> None:
    async with appliance_process(home()) as appliance:
        conversation_id = (await appliance.create_conversation())["conversation_id"]
        heard: list[str] = []
        async with appliance.api.stream("GET", f"/v2/conversations/{conversation_id}/events") as response:
            async for line in response.aiter_lines():
                if line.startswith("data: "):
                    heard.append(json.loads(line.removeprefix("data: "))["event_type"])
                if heard == ["system.replica_joined"]:
                    appliance.process.send_signal(signal.SIGTERM)
        assert heard[-2:] == ["system.shutdown", "application.transcription_ready"]


async def test_the_ready_file_is_whole_and_private(tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    command = _serve(tmp_path, "--port", "0", "--ready-file", str(ready))
    process = await asyncio.create_subprocess_exec(*command)
    try:
        async with asyncio.timeout(2 * SOON):
            while not ready.exists():  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        facts = json.loads(ready.read_text())
        assert set(facts) == {"api_url", "room_url", "api_key", "pid", "version"}
        assert facts["pid"] == process.pid
        assert stat.S_IMODE(ready.stat().st_mode) == 0o600
        async with httpx.AsyncClient(base_url=facts["api_url"], trust_env=False) as client:
            assert (await client.get("/v2/personas")).status_code == 401
            known = await client.get("/v2/personas", headers={"x-api-key": facts["api_key"]})
            assert known.json()["total_count"] > 0
            room = await client.get(facts["room_url"], follow_redirects=True)
            assert room.status_code == 200
            assert "text/html" in room.headers["content-type"]
        listening = [c.laddr.ip for c in psutil.Process(process.pid).net_connections() if c.status == "LISTEN"]
        assert listening == ["127.0.0.1"]
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), SOON)
    assert process.returncode == 0
    assert not ready.exists()


def test_a_port_in_use_is_named_with_what_to_do(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = _refused(tmp_path, "--port", str(port))
    assert f"port {port} on 127.0.0.1 is in use" in said
    assert "--port" in said


def test_missing_models_are_named_with_the_command_that_fetches_them(tmp_path: Path) -> None:
    said = _refused(tmp_path, "--port", "0", models=False)
    assert "visavis models pull --default" in said


def test_a_model_file_with_flipped_bytes_is_named(tmp_path: Path) -> None:
    own = tmp_path / "home"
    own.mkdir(mode=0o700)
    shutil.copytree(home() / "models", own / "models", symlinks=True)
    blob = next((own / "models" / "vad").glob("*/*.onnx")).resolve()
    assert own in blob.parents
    damaged = bytearray(blob.read_bytes())
    damaged[len(damaged) // 2] ^= 0xFF
    blob.chmod(0o600)
    blob.write_bytes(damaged)
    said = _refused(tmp_path, "--port", "0", models=False)
    assert "silero" in said
    assert "visavis models pull" in said


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--port", "70000"], "port"),
        (["--port", "x"], "port"),
        (["--host", "203.0.113.1", "--port", "0"], "visavis certificate create"),
    ],
)
def test_a_wrong_option_is_named(tmp_path: Path, arguments: list[str], named: str) -> None:
    assert named in _refused(tmp_path, *arguments)


def test_an_address_that_is_not_this_machines_is_named(tmp_path: Path) -> None:
    create_certificate(tmp_path / "home", ("203.0.113.1",))
    said = _refused(tmp_path, "--host", "203.0.113.1", "--port", "0")
    assert "203.0.113.1" in said
    assert "--host" in said


def _serve(folder: Path, *arguments: str, models: bool = True) -> list[str]:
    own = folder / "home"
    if models:
        own.mkdir(mode=0o700, exist_ok=True)
        if not (own / "models").exists():
            (own / "models").symlink_to(home() / "models")
    return [sys.executable, "-m", "engine", "serve", "--headless", "--home", str(own), *arguments]


def _refused(folder: Path, *arguments: str, models: bool = True) -> str:
    """Return what the appliance says when it does not start: few lines, no traceback."""
    done = subprocess.run(
        _serve(folder, *arguments, models=models), capture_output=True, text=True, timeout=180, check=False
    )
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) <= 6
    return done.stderr
