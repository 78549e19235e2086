"""A call is recorded as its user does it: real models, a person with a camera, the button in the room, and the film at the end."""

import asyncio
import json
import re
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.bench.appliance_process import ApplianceProcess, appliance_process
from tests.fakes.webhook_receiver import receiving
from tests.model_files import NEEDS_MODELS, home
from tests.real_time import SOON
from tests.room.test_cameras import Onlooker
from tests.speech import three_clips

pytestmark = [*NEEDS_MODELS, pytest.mark.slow]

RATE = 48_000
CAMERA = 200
"""The shade of grey that the person's camera sees."""


@dataclass(frozen=True)
class Seen:
    """What is looked at in a film, without keeping its pictures."""

    tile: list[int]
    """The brightness where the person is, by picture."""
    change: list[float]
    """How much the replica's part differs from the picture before (mean of the luma)."""
    times: list[float]
    sound: NDArray[np.float32]

    def level(self, start: float, end: float) -> float:
        part = self.sound[int(start * RATE) : int(end * RATE)]
        return float(np.sqrt(np.mean(np.square(part)))) if part.size else 0.0


def look_at(path: Path) -> Seen:
    tile, change, times = [], [], []
    before: NDArray[np.uint8] | None = None
    with av.open(str(path)) as film:
        for frame in film.decode(video=0):
            luma = frame.to_ndarray(format="yuv420p")[: frame.height]
            assert (frame.width, frame.height) == (1280, 720)
            tile.append(int(luma[360, 1152]))
            replica = luma[::4, :1024:4].astype(np.uint8)
            change.append(float(np.abs(replica.astype(int) - before).mean()) if before is not None else 0.0)
            before = replica
            times.append(float(frame.time or 0.0))
    with av.open(str(path)) as film:
        sound = np.concatenate([frame.to_ndarray()[0] for frame in film.decode(audio=0)])
    return Seen(tile, change, times, sound)


def cues(vtt: str) -> list[tuple[float, float, str, str]]:
    """Return begin, end, speaker and words of each."""
    found = re.findall(r"(\d+):(\d+):([\d.]+) --> (\d+):(\d+):([\d.]+)\n<v ([^>]*)>(.*)", vtt)
    return [
        (int(a) * 3600 + int(b) * 60 + float(c), int(d) * 3600 + int(e) * 60 + float(f), who, words)
        for a, b, c, d, e, f, who, words in found
    ]


async def talk(appliance: ApplianceProcess, conversation_id: str) -> float:
    """Record a question and its answer; return for how many seconds it was recorded."""
    person = Onlooker(camera=CAMERA)
    await person.join(appliance.signal(conversation_id))
    try:
        ask(person, "room.start_recording")
        begun = await person.event("room.recording", state="started")
        await person.speak(three_clips()[0].samples())
        await person.event("conversation.replica.stopped_speaking", within=4 * SOON)
        await person.event("conversation.utterance", role="replica", within=SOON)
        ask(person, "room.stop_recording")
        ended = await person.event("room.recording", state="stopped")
        return ended.time - begun.time
    finally:
        await person.close()


def kept_by(appliance: ApplianceProcess) -> list[str]:
    """Return the files in its recordings folder."""
    command = appliance.process.cmdline()
    folder = Path(command[command.index("--home") + 1]) / "recordings"
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def ask(person: Onlooker, event_type: str) -> None:
    person.send_text(json.dumps({"message_type": "room", "event_type": event_type}))


async def test_a_recorded_call_is_seen_heard_and_read_again(tmp_path: Path) -> None:
    async with receiving() as receiver, appliance_process(home(), environment={"VISAVIS_SEED": "1"}) as appliance:
        made = await appliance.create_conversation(
            callback_url=receiver.url, properties={"enable_recording": True, "participant_left_timeout": 60}
        )
        conversation_id = made["conversation_id"]
        facts = (await appliance.api.get(f"/rooms/{conversation_id}")).json()
        assert facts["recording_enabled"] is True
        seconds = await talk(appliance, conversation_id)

        def told() -> list[dict[str, object]]:
            bodies = [body for body in receiver.accepted if body["event_type"] == "application.recording_ready"]
            return [body["properties"] for body in bodies]

        await receiver.until_true(lambda: bool(told()), SOON)
        (record,) = (await appliance.api.get(f"/v2/conversations/{conversation_id}/recordings")).json()["data"]
        assert told() == [{"bucket_name": "local", "s3_key": record["s3_key"], "duration": round(record["duration"])}]
        assert record["status"] == "ready"
        film = tmp_path / "film.mp4"
        film.write_bytes((await appliance.api.get(record["video_url"])).content)
        said = cues((await appliance.api.get(record["captions_url"])).text)
        assert kept_by(appliance) == [record["s3_key"].replace(".mp4", ending) for ending in (".mp4", ".vtt")]
        assert len(film.read_bytes()) == record["size"]
        part = await appliance.api.get(record["video_url"], headers={"range": "bytes=4-7"})
        assert (part.status_code, part.content) == (206, b"ftyp")
        await appliance.api.delete(f"/v2/conversations/{conversation_id}?hard=true")
        assert not kept_by(appliance)

    seen = await asyncio.to_thread(look_at, film)
    duration = seen.sound.size / RATE
    assert duration == pytest.approx(seconds, abs=1.0)
    assert record["duration"] == pytest.approx(duration, abs=0.1)
    assert {who for _, _, who, _ in said} == {"bench", facts["replica_name"]}
    for start, end, who, words in said:
        assert words.strip()
        assert seen.level(start, end) > 0.01, f"{who} is heard"
    assert np.median(np.diff(seen.times)) == pytest.approx(0.04, abs=0.005)
    assert sum(abs(shade - CAMERA) < 12 for shade in seen.tile) > len(seen.tile) / 2, "the person is seen"
    answer = next((start, end) for start, end, who, _ in said if who == facts["replica_name"])
    moving = [change for change, at in zip(seen.change, seen.times, strict=True) if answer[0] < at < answer[1]]
    assert sum(change > 0.02 for change in moving) > len(moving) / 3, "the replica moves while it speaks"
