"""`visavis bench room`: several people and the replica in one room, for as long as asked, on as bad a network as asked.

People talk in turn; one of them decodes what is seen and heard, the others count the frames. The appliance is a process of its own, and
what the people cost is told apart from it.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import psutil

from engine.api.conversations.bodies import LONGEST_CALL_S
from engine.bench.appliance_process import ApplianceProcess, appliance_process
from engine.bench.clips import Clip, load_clips
from engine.bench.dialogue import ANSWER_WITHIN, LISTEN, quiet
from engine.bench.faces import stock_face
from engine.bench.lip_sync import LipSync
from engine.bench.progress import Progress
from engine.bench.relay import Weather
from engine.bench.room_figures import Measured, RoomTurn, Sample, report
from engine.bench.room_person import RoomPerson
from engine.bench.room_recording import recorded_offsets, start_recording, stop_recording
from engine.bench.witness import Witness
from engine.errors import InvalidInputError, VisavisError
from engine.store.stock import DEFAULT_REPLICA_ID

MOST_MINUTES: Final = LONGEST_CALL_S / 60 - 2
"""A call ends after an hour; the first and the last minute are for coming and going."""
SAMPLE_EVERY: Final = 5.0
"""Seconds between two looks at what the appliance takes."""
SETTLE: Final = 3.0
"""Seconds after the last one has joined."""
REJOINS: Final = 5
"""How often, after the conversation, a network is gone and comes back."""
MOST_DISCONNECTS: Final = 20
"""Connections that broke by themselves, after which a run is given up."""
LOG: Final = "appliance.log"
_BEFORE: Final = 1.0  # seconds before an answer at which the face that is to speak is looked at too
_AFTER_PERSON: Final = 0.3  # seconds after somebody's last word until nobody hears them any more
_KEPT: Final = 30.0  # seconds of what arrived that are kept


@dataclass(frozen=True, slots=True)
class Plan:
    """What is run."""

    people: int = 3
    minutes: float = 2.0
    record: bool = False
    weather: Weather = field(default_factory=Weather)

    def __post_init__(self) -> None:
        if self.people < 1:
            raise InvalidInputError("people", self.people, "1 or more are")
        if not 0 < self.minutes <= MOST_MINUTES:
            raise InvalidInputError("minutes", self.minutes, f"more than 0 and at most {MOST_MINUTES:g} are")


async def bench_room(home: Path, plan: Plan, folder: Path | None) -> dict[str, Any]:
    """Hold the conversation and return the report; with a `folder` what was found so far is always in it."""
    progress = Progress(folder)
    clips = [clip for clip in load_clips(None) if clip.kind == "natural" and clip.true_end is not None]
    face = await asyncio.to_thread(stock_face, DEFAULT_REPLICA_ID)
    lip_sync = LipSync(face.mouth_box)
    measured = Measured(plan.people, plan.minutes)
    log = None if folder is None else folder / LOG
    async with appliance_process(home, environment={"VISAVIS_SEED": "1"}, log=log) as appliance:
        fields: dict[str, Any] = {"max_participants": plan.people + 1}
        fields["properties"] = {"enable_recording": plan.record, "max_call_duration": LONGEST_CALL_S}
        conversation = await appliance.create_conversation(conversation_name="bench room", **fields)
        conversation_id = str(conversation["conversation_id"])
        async with _people(appliance, conversation_id, plan) as people:
            measured.refused = await _refused(appliance, conversation_id)
            recording_id = await start_recording(appliance, conversation_id) if plan.record else ""
            measured.recording_begun, film = time.monotonic(), None
            await _converse(appliance, conversation_id, people, clips, lip_sync, plan, measured, progress)
            if plan.record:
                measured.recording_ended = time.monotonic()
                film = await stop_recording(appliance, conversation_id, recording_id, folder)
                progress.note("recording", file=str(film))
            for number in range(REJOINS):
                await _rejoin(people[number % len(people)], measured, progress)
            measured.left = sum(person.seen_leaving for person in people)
    if film is not None:
        measured.recording = await asyncio.to_thread(recorded_offsets, film, measured, face.mouth_box)
    finished = report(measured, complete=True)
    progress.report(finished)
    return finished


@asynccontextmanager
async def _people(appliance: ApplianceProcess, conversation_id: str, plan: Plan) -> AsyncIterator[list[RoomPerson]]:
    people = [
        RoomPerson(
            appliance, conversation_id, f"Person {number + 1}", plan.weather, seed=number * 1000, watches=number == 0
        )
        for number in range(plan.people)
    ]
    try:
        for person in people:
            await person.join()
        await asyncio.sleep(SETTLE)
        yield people
    finally:
        for person in people:
            await person.close()


async def _refused(appliance: ApplianceProcess, conversation_id: str) -> bool:
    """Whether one more than there is room for is refused."""
    more = Witness(decodes=False)
    try:
        await more.join(appliance.signal(conversation_id))
    except VisavisError:
        return True
    finally:
        await more.close()
    return False


async def _converse(
    appliance: ApplianceProcess,
    conversation_id: str,
    people: list[RoomPerson],
    clips: list[Clip],
    lip_sync: LipSync,
    plan: Plan,
    measured: Measured,
    progress: Progress,
) -> None:
    before = await appliance.figures()
    measured.begun = measured.ended = time.monotonic()
    sampling = asyncio.create_task(_sample(appliance, measured, progress), name="bench-sample")
    number = 0
    try:
        while time.monotonic() - measured.begun < plan.minutes * 60:
            talker, clip = people[number % len(people)], clips[number % len(clips)]
            try:
                turn = await _take_turn(talker, people[0], clip, conversation_id, lip_sync)
                measured.turns.append(turn)
                progress.note("turn", person=talker.name, ms=turn.milliseconds, av_offset_ms=turn.av_offset_ms)
            except ConnectionError as error:
                progress.note("turn", person=talker.name, error=str(error))
            for person in people:
                person.gather(time.monotonic() - _KEPT)
                await _bring_back(person, measured, progress)
            measured.ended = time.monotonic()
            measured.arrivals = {person.name: person.picture_times for person in people}
            measured.missing_sound = {person.name: person.all_missing_sound for person in people}
            measured.carried = {person.name: person.carried() for person in people}
            measured.counted = _difference(await appliance.figures(), before)
            progress.report(report(measured, complete=False))
            number += 1
    finally:
        sampling.cancel()
        await asyncio.gather(sampling, return_exceptions=True)


async def _take_turn(
    talker: RoomPerson, watcher: RoomPerson, clip: Clip, conversation_id: str, lip_sync: LipSync
) -> RoomTurn:
    """Let somebody speak a clip, listen to the answer for a while, interrupt it and wait for quiet."""
    begun = await talker.client.speak(clip.samples())
    last_voiced = begun + (clip.true_end or 0.0)
    deadline = last_voiced + ANSWER_WITHIN
    first_sound = None
    while first_sound is None and time.monotonic() < deadline:
        await asyncio.sleep(0.02)
        first_sound = talker.client.first_sound(after=begun)
    await asyncio.sleep(LISTEN)
    answered = first_sound if first_sound is not None and first_sound >= last_voiced else None
    offset, from_, until = None, 0.0, 0.0
    if answered is not None:
        # The others hear the person who spoke; what is compared with the mouth is the replica's voice alone.
        from_, until = max(answered - _BEFORE, last_voiced + _AFTER_PERSON), time.monotonic()
        received = watcher.client.received
        sound = [chunk for chunk in received.sound if from_ < chunk.time < until]
        pictures = [picture for picture in received.pictures if from_ < picture.time < until]
        offset = await asyncio.to_thread(lip_sync.offset, sound, pictures)
    talker.client.send("conversation.interrupt", conversation_id)
    await quiet(talker.client)
    return RoomTurn(
        talker.name,
        begun,
        None if answered is None else (answered - last_voiced) * 1000,
        cut_in=first_sound is not None and answered is None,
        av_offset_ms=offset,
        answer=(from_, until),
    )


async def _bring_back(person: RoomPerson, measured: Measured, progress: Progress) -> None:
    """Let somebody whose connection broke by itself join again; that is counted."""
    while not person.client.connected:
        measured.disconnects += 1
        progress.note("disconnect", person=person.name)
        if measured.disconnects > MOST_DISCONNECTS:
            raise VisavisError(f"connections broke {measured.disconnects} times: there is nothing to be measured")
        with contextlib.suppress(TimeoutError, ConnectionError):
            await person.come_back()


async def _sample(appliance: ApplianceProcess, measured: Measured, progress: Progress) -> None:
    own = psutil.Process()
    while True:
        times = own.cpu_times()
        sample = Sample(time.monotonic(), appliance.rss_mb(), appliance.cpu_seconds(), times.user + times.system)
        measured.samples.append(sample)
        progress.note("sample", rss_mb=round(sample.rss_mb, 1), cpu_s=round(sample.cpu_seconds, 2))
        await asyncio.sleep(SAMPLE_EVERY)


async def _rejoin(person: RoomPerson, measured: Measured, progress: Progress) -> None:
    session_id = person.session_id
    try:
        taken = await person.lose_network()
    except (TimeoutError, ConnectionError, VisavisError) as error:
        progress.note("rejoin", person=person.name, error=repr(error))
        measured.failed_rejoins += 1
        return
    measured.rejoins_ms.append(taken)
    measured.rejoined_as_others += person.session_id != session_id
    progress.note("rejoin", person=person.name, ms=round(taken, 1))


def _difference(now: dict[str, float], before: dict[str, float]) -> dict[str, float]:
    return {name: value - before.get(name, 0.0) for name, value in now.items()}
