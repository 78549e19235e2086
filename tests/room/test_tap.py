"""What a recording takes from a room, over real WebRTC: the replica and everybody in it, each at its place on the room's clock."""

import asyncio
import json
import time
from collections import defaultdict
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from engine.recording.layout import REPLICA, screen_of
from engine.recording.recorder import Recorder
from engine.room.playout import MEDIA_RATE, TICK
from engine.room.room import Room
from engine.room.tap import SourceNames
from tests.conversation.test_call import voice_like
from tests.real_time import best_of, in_time, until
from tests.recording.films import watch
from tests.room.test_cameras import Onlooker, Plain, onlooker_in
from tests.room.test_people import guest_in
from tests.room.test_room import Host, room_of

NAMES = SourceNames(REPLICA, screen_of)


class Notebook:
    """A recording that notes what it takes."""

    def __init__(self) -> None:
        self.sounds: dict[str, list[int]] = defaultdict(list)
        self.loud: dict[str, bool] = defaultdict(bool)
        self.pictures: dict[str, list[tuple[int, int]]] = defaultdict(list)
        """Media samples and shades."""
        self.gone: list[str] = []

    def sound(self, source: str, at: int, pcm: NDArray[np.int16]) -> None:
        assert pcm.shape == (TICK,)
        assert pcm.dtype == np.int16
        self.sounds[source].append(at)
        self.loud[source] = self.loud[source] or bool(np.abs(pcm).max() > 3000)

    def picture(self, source: str, at: int, yuv: NDArray[np.uint8]) -> None:
        height = yuv.shape[0] * 2 // 3
        self.pictures[source].append((at, round(float(yuv[:height].mean()))))

    def leave(self, source: str) -> None:
        self.gone.append(source)

    def shows(self, source: str, shade: int) -> bool:
        return any(abs(seen - shade) < 8 for _, seen in self.pictures[source][-1:])


def begin(room: Room, recording: Any, **named: str) -> None:
    room.begin_recording(recording, NAMES, recording_id="rec1", **named)


async def end(room: Room) -> None:
    await room.end_recording(recording_id="rec1")


async def test_a_recording_gets_the_replica_at_the_samples_at_which_everybody_hears_and_sees_it() -> None:
    host, notes = Host(), Notebook()
    async with room_of(host) as room, guest_in(room):
        begin(room, notes)
        from_now = room.playout.position
        await until(lambda: len(notes.pictures[REPLICA]) > 10)
        await end(room)
        played = [at for at in host.played_at if at >= from_now]
        assert notes.sounds[REPLICA] == played[: len(notes.sounds[REPLICA])]
        places = [at for at, _ in notes.pictures[REPLICA]]
        assert places == sorted(set(places))
        assert {at % (MEDIA_RATE // 25) for at in np.diff(places)} == {0}
        before = len(notes.sounds[REPLICA])
        await asyncio.sleep(0.2)
        assert len(notes.sounds[REPLICA]) == before


async def test_somebody_alone_with_the_replica_is_seen_and_heard_and_nobody_is_before_and_after() -> None:
    notes = Notebook()
    async with (
        room_of(Host(), seats=1, recordable=True) as room,
        onlooker_in(room, camera=60) as ada,
    ):
        (place,) = room._places
        assert place.participant is not None
        source = place.participant.sources["camera"]
        await until(lambda: source.live)
        assert source.watch is None
        assert place.participant.voice is None
        ada.microphone.push(voice_like(20), MEDIA_RATE)
        begin(room, notes)
        await until(lambda: notes.shows(ada.session_id, 60) and notes.loud[ada.session_id])
        await end(room)
        assert notes.gone == [ada.session_id]
        assert source.watch is None
        assert place.participant.voice is None


async def test_cameras_and_screens_come_and_go_in_a_recording_as_in_the_room() -> None:
    notes = Notebook()
    async with (
        room_of(Host()) as room,
        onlooker_in(room, camera=60, screen=220) as ada,
        onlooker_in(room, camera=190) as bruno,
    ):
        begin(room, notes)
        await until(lambda: notes.shows(ada.session_id, 60) and notes.shows(screen_of(ada.session_id), 220))
        await until(lambda: notes.shows(bruno.session_id, 190) and bruno.sees(ada, 60))
        ada.state(video=True, screen=False)
        await until(lambda: notes.gone == [screen_of(ada.session_id)])
        await room.leave(bruno.answer.resume_token)
        await until(lambda: bruno.session_id in notes.gone)
        shown = len(notes.pictures[bruno.session_id])
        await asyncio.sleep(0.3)
        assert len(notes.pictures[bruno.session_id]) == shown


async def test_everybody_is_told_of_a_recording_and_so_is_who_comes_while_it_runs() -> None:
    async with room_of(Host()) as room, guest_in(room) as ada:
        begin(room, Notebook(), session_id=ada.session_id)
        started = {"state": "started", "recording_id": "rec1", "session_id": ada.session_id}
        assert (await ada.event("room.recording")).message["properties"] == started
        async with guest_in(room) as bruno:
            assert (await bruno.event("room.recording")).message["properties"] == started
            kinds = [each.event_type for each in bruno.received.messages]
            assert kinds.index("room.participants") < kinds.index("room.recording")
            await room.end_recording(recording_id="rec1", error="The disk is full")
            failed = {"state": "failed", "recording_id": "rec1", "session_id": "", "error": "The disk is full"}
            assert (await bruno.event("room.recording", state="failed")).message["properties"] == failed
        async with guest_in(room) as cleo:
            await cleo.event("room.participants")
            await asyncio.sleep(0.1)
            assert not cleo.told("room.recording")


async def test_wishes_of_people_reach_the_call_and_what_cannot_be_is_told_to_who_wished_it() -> None:
    host = Host()
    async with room_of(host) as room, guest_in(room) as ada, guest_in(room) as bruno:
        ada.send_text(json.dumps({"message_type": "room", "event_type": "room.start_recording"}))
        refused = (await ada.event("error")).message["properties"]
        assert refused["event_type"] == "room.start_recording"
        assert "enable_recording" in refused["error"]
        host.recordable = True
        ada.send_text(
            json.dumps({"message_type": "room", "event_type": "room.start_recording", "properties": {"a": 1}})
        )
        bruno.send_text(json.dumps({"message_type": "room", "event_type": "room.stop_recording"}))
        await until(lambda: len(host.wishes) == 2)
        assert set(host.wishes) == {(ada.session_id, True), (bruno.session_id, False)}
        assert not [each for each in bruno.received.messages if each.event_type == "error"]


async def test_the_wish_for_quiet_is_told_once_and_to_nobody_else() -> None:
    host = Host()
    async with room_of(host) as room, guest_in(room) as ada, guest_in(room) as bruno:
        for on in (True, True, False):
            ada.state(noise_cancellation=on)
        ada.state(noise_cancellation=7)
        assert "noise_cancellation" in (await ada.event("error")).message["properties"]["error"]
        assert host.noise == [(ada.session_id, True), (ada.session_id, False)]
        assert not bruno.switched()


class Clapper(Plain):
    """A camera that sees a flash each time its person is heard."""

    def __init__(self) -> None:
        super().__init__(40)
        self.bright_until = 0.0
        self.shown = asyncio.Event()
        """Set when the camera sees the flash."""

    async def take(self) -> av.VideoFrame:
        await asyncio.sleep(1 / 30)
        yuv = np.full((144 * 3 // 2, 176), 128, dtype=np.uint8)
        yuv[:144] = 40
        if time.monotonic() < self.bright_until:
            yuv[:144] = 230
            self.shown.set()
        frame = av.VideoFrame.from_ndarray(yuv, format="yuv420p")
        self._count += 1
        frame.pts, frame.time_base = int(time.monotonic() * 90_000), Fraction(1, 90_000)
        return frame


class Clapping(Onlooker):
    """Somebody who claps: a flash and a tone that begin together."""

    def __init__(self) -> None:
        self.clapper = Clapper()
        super().__init__(camera=self.clapper)

    async def clap(self) -> None:
        self.clapper.shown.clear()
        self.clapper.bright_until = time.monotonic() + 0.25
        # The tone begins with the microphone's next 20 ms.
        await self.clapper.shown.wait()
        await self.microphone.speak(voice_like(0.2, 0.5))


async def test_a_person_is_seen_when_they_are_heard(tmp_path: Path) -> None:
    """In the MP4 itself, both through the network."""

    async def measure() -> None:
        guest = Clapping()
        recorder = Recorder(tmp_path / "claps.mp4", width=1280, height=720, frames_per_second=25)
        async with room_of(Host(), seats=1, recordable=True) as room:
            await guest.enter(room, "clapping")
            begin(room, recorder)
            await until(lambda: guest.clapper._count > 30)
            for _ in range(5):
                await guest.clap()
                await asyncio.sleep(0.6)
            await end(room)
            await guest.close()
            await room.leave(guest.answer.resume_token)
        recorded = await asyncio.to_thread(recorder.close)
        film = await asyncio.to_thread(watch, recorded.path)
        tile = film.luma(1280 - 128, 360) > 150
        flashes = [film.times[n] for n in range(1, len(tile)) if tile[n] and not tile[n - 1]]
        beeps = film.beeps(0.2)
        pairs = [(flash, min(beeps, key=lambda beep: abs(beep - flash))) for flash in flashes]
        assert len(pairs) >= 4
        apart = float(np.median([flash - beep for flash, beep in pairs]))
        in_time(abs(apart) <= 0.04, f"the picture came {apart * 1000:.0f} ms after its sound")

    await best_of(measure)
