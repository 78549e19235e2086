"""Echo: texts and sounds from outside, whole and in pieces."""

import base64

import numpy as np
import pytest

from engine.conversation.echoes import LONGEST_STREAM, MOST_OPEN, MOST_SOUND
from engine.conversation.interactions import LONGEST_TEXT
from engine.errors import InvalidInputError
from engine.layers.audio import Samples
from engine.layers.replica.protocol import ReplicaState
from engine.room.playout import MEDIA_RATE, TICK
from tests.conversation.stage import Stage, stage_of
from tests.fakes.layers import FakeLayers, LevelRecognizer, fake_layers

TICKS = MEDIA_RATE // TICK
ECHO = "conversation.echo"


def layers() -> FakeLayers:
    return fake_layers(hears=LevelRecognizer({3: "Three is here."}), answers=["Fine."])


def pcm(seconds: float, level: float, rate: int = 24_000) -> str:
    """Return a 500 Hz tone as base64."""
    tone = np.sin(np.arange(round(seconds * rate)) * 2 * np.pi * 500 / rate)
    return base64.b64encode((tone * level * 32767).astype("<i2").tobytes()).decode()


def sound(stage: Stage, seconds: float, level: float = 0.5, rate: int = 24_000, **properties: object) -> None:
    stage.send(ECHO, modality="audio", audio=pcm(seconds, level, rate), sample_rate=rate, **properties)  # type: ignore[arg-type]


def loudest(stage: Stage, begin: float, end: float) -> float:
    """Return the loudest sample of the replica in a stretch of the seconds in which it could be heard at all."""
    first = next(tick for tick, level in enumerate(stage.loudness) if level > 0)
    return max(stage.loudness[first + round(begin * TICKS) : first + round(end * TICKS)]) / 32767


def stopped(stage: Stage) -> list[tuple[str, float, bool]]:
    """Return id, duration and whether it was cut of all that the replica has said."""
    return [
        (m["inference_id"], m["properties"]["duration"], m["properties"]["interrupted"])
        for m in stage.messages
        if m["event_type"].endswith("replica.stopped_speaking")
    ]


# --- sound ---


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 24_000, 44_100, 48_000])
async def test_sound_arrives_faster_than_it_is_played_and_in_order(rate: int) -> None:
    async with stage_of(layers()) as stage:
        stage.join("a")
        for number in range(20):
            sound(stage, 0.1, level=0.2 if number < 10 else 0.6, rate=rate, inference_id="i", done=number == 19)
        assert stage.director.state is ReplicaState.THINKING
        await stage.pass_time(1.0)
        assert stage.director.speech
        await stage.pass_time(1.5)
        assert stage.events() == [("replica.started_speaking", ""), ("replica.stopped_speaking", "")]
        ((name, seconds, cut),) = stopped(stage)
        assert (name, cut) == ("i", False)
        assert seconds == pytest.approx(2.0, abs=0.01)
        assert stage.seconds_loud() == pytest.approx(2.0, abs=0.05)
        assert loudest(stage, 0.1, 0.9) == pytest.approx(0.2, abs=0.03)
        assert loudest(stage, 1.1, 1.9) == pytest.approx(0.6, abs=0.03)


async def test_the_face_hears_all_of_it_where_it_is_played() -> None:
    async with stage_of(layers()) as stage:
        stage.join("a")
        for number in range(60):
            sound(stage, 0.1, done=number == 59)
        await stage.pass_time(7.0)
        starts, sizes = zip(*stage.face.heard, strict=True)
        assert sum(sizes) == pytest.approx(6 * MEDIA_RATE, abs=100)
        assert list(starts[1:]) == [start + size for start, size in stage.face.heard[:-1]]
        assert sizes[-1] == 0


async def test_sound_at_real_speed_is_played_without_a_gap() -> None:
    async with stage_of(layers()) as stage:
        stage.join("a")
        for number in range(30):
            sound(stage, 0.1, done=number == 29)
            await stage.pass_time(0.1)
        await stage.pass_time(1.0)
        assert stage.seconds_loud() == pytest.approx(3.0, abs=0.05)
        heard = "".join("x" if level > 0 else " " for level in stage.loudness).strip()
        assert " " not in heard
        assert len(stopped(stage)) == 1


async def test_a_person_takes_the_floor_and_the_rest_of_the_sound_is_ignored() -> None:
    async with stage_of(layers()) as stage:
        stage.join("a")
        sound(stage, 3.0, inference_id="i")
        await stage.pass_time(1.0)
        await stage.pass_time(0.5, a=0.3)
        sound(stage, 3.0, inference_id="i", done=True)
        await stage.pass_time(3.0)
        assert ("replica_interrupted", "") in stage.events()
        (first, seconds, cut), *_ = stopped(stage)
        assert (first, cut) == ("i", True)
        assert 0.9 < seconds < 1.6
        assert stage.face.silenced
        assert stage.said("replica") == ["Fine."]
        assert stage.ids("replica.started_speaking").count("i") == 1
        sound(stage, 0.5, inference_id="i", done=True)
        await stage.pass_time(1.0)
        assert stage.ids("replica.started_speaking").count("i") == 2


async def test_without_an_id_what_comes_after_an_interruption_is_new() -> None:
    async with stage_of(layers()) as stage:
        stage.join("a")
        sound(stage, 2.0)
        await stage.pass_time(0.5)
        stage.send("conversation.interrupt")
        sound(stage, 0.5, done=True)
        await stage.pass_time(1.0)
        assert [cut for _, _, cut in stopped(stage)] == [True, False]


async def test_noise_before_the_first_sound_takes_nothing_of_it_away() -> None:
    async with stage_of(layers()) as stage:
        stage.join("a")
        sound(stage, 1.0, inference_id="i", done=True)
        await stage.settle()
        stage.director.hear("a", np.full(3200, 0.1, dtype=np.float32))
        assert stage.director.state is not ReplicaState.SPEAKING
        await stage.pass_time(4.0)
        ((name, seconds, cut),) = stopped(stage)
        assert (name, cut) == ("i", False)
        assert seconds == pytest.approx(1.0, abs=0.01)


async def test_sounds_and_texts_wait_for_each_other() -> None:
    async with stage_of(layers()) as stage:
        stage.join("a")
        sound(stage, 0.5, inference_id="one", done=True)
        stage.send(ECHO, text="Some words.", inference_id="two")
        sound(stage, 0.5, inference_id="three", done=True)
        await stage.pass_time(3.0)
        assert stage.ids("replica.started_speaking") == ["one", "two", "three"]
        assert stage.said("replica") == ["Some words."]


async def test_a_stream_that_is_never_finished_holds_nobody_up_and_may_go_on() -> None:
    async with stage_of(layers()) as stage:
        stage.join("a")
        sound(stage, 0.5, inference_id="i")
        stage.send(ECHO, text="Next one.")
        await stage.pass_time(2.0)
        assert stage.said("replica") == []
        await stage.pass_time(2.0)
        assert stage.said("replica") == ["Next one."]
        sound(stage, 0.5, inference_id="i", done=True)
        await stage.pass_time(1.0)
        assert stage.ids("replica.started_speaking").count("i") == 2


async def test_two_people_may_use_the_same_id() -> None:
    async with stage_of(layers()) as stage:
        stage.join("a", "b")
        sound(stage, 0.4, sender="a", inference_id="i")
        sound(stage, 0.4, rate=16_000, sender="b", inference_id="i")
        sound(stage, 0.4, sender="a", inference_id="i", done=True)
        sound(stage, 0.4, rate=16_000, sender="b", inference_id="i", done=True)
        await stage.pass_time(3.0)
        assert [seconds for _, seconds, _ in stopped(stage)] == pytest.approx([0.8, 0.8], abs=0.01)


async def test_a_stream_keeps_its_rate() -> None:
    async with stage_of(layers()) as stage:
        stage.join("a")
        sound(stage, 0.4, rate=44_100)
        stage.send(ECHO, modality="audio", audio=pcm(0.4, 0.5, 44_100))
        with pytest.raises(InvalidInputError, match=r"properties.sample_rate: 16000 .* 44100"):
            sound(stage, 0.4, rate=16_000)
        stage.send(ECHO, modality="audio", audio="", done=True)
        await stage.pass_time(2.0)
        assert stopped(stage)[0][1] == pytest.approx(0.8, abs=0.01)


async def test_no_more_sound_waits_than_a_call_can_hold() -> None:
    async with stage_of(layers()) as stage:
        stage.join("a")
        for _ in range(int(MOST_SOUND) // 30):
            sound(stage, 30.0, rate=8_000)
        with pytest.raises(InvalidInputError, match=f"at most {MOST_SOUND:g} s of sound"):
            sound(stage, 1.0, rate=8_000)
        stage.send("conversation.interrupt")
        await stage.pass_time(0.1)
        sound(stage, 1.0, rate=8_000, done=True)
        await stage.pass_time(2.0)
        assert stopped(stage)[-1][1] == pytest.approx(1.0, abs=0.01)


async def test_no_more_streams_are_open_than_a_call_can_hold() -> None:
    async with stage_of(layers()) as stage:
        stage.join("a")
        for number in range(MOST_OPEN):
            sound(stage, 0.01, inference_id=f"i{number}")
        with pytest.raises(InvalidInputError, match=f"at most {MOST_OPEN} streams"):
            sound(stage, 0.01, inference_id="once too often")
        stage.send("conversation.interrupt")
        sound(stage, 0.4, inference_id="there is room again", done=True)


async def test_nothing_is_said_for_an_end_that_was_never_begun() -> None:
    async with stage_of(layers()) as stage:
        stage.join("a")
        stage.send(ECHO, modality="audio", audio="", inference_id="i", done=True)
        await stage.pass_time(0.5)
        assert stage.events() == []
        assert not stage.tasks


async def test_a_face_that_cannot_read_the_mouth_does_not_stop_the_sound() -> None:
    async with stage_of(layers()) as stage:
        stage.join("a")

        def broken(start: int, samples: Samples, *, more: bool = False) -> None:
            raise RuntimeError("the face broke")

        stage.face.hear = broken  # type: ignore[method-assign]
        sound(stage, 1.0, inference_id="i", done=True)
        await stage.pass_time(2.0)
        assert stage.seconds_loud() == pytest.approx(1.0, abs=0.05)


# --- text ---


async def test_a_text_may_come_in_pieces() -> None:
    async with stage_of(layers()) as stage:
        stage.join("a")
        for piece in ("Good mor", "ning", " to you.", " How are"):
            stage.send(ECHO, text=piece, inference_id="i", done=False)
            await stage.pass_time(0.1)
        stage.send(ECHO, text=" you?", inference_id="i", done=True)
        await stage.pass_time(3.0)
        assert stage.said("replica") == ["Good morning to you. How are you?"]
        assert stage.ids("replica.started_speaking") == ["i"]


async def test_the_end_of_a_text_may_come_by_itself() -> None:
    async with stage_of(layers()) as stage:
        stage.join("a")
        stage.send(ECHO, text="No full stop", inference_id="i", done=False)
        await stage.pass_time(0.5)
        assert stage.said("replica") == []
        stage.send(ECHO, text="", inference_id="i", done=True)
        await stage.pass_time(1.0)
        assert stage.said("replica") == ["No full stop"]
        with pytest.raises(InvalidInputError, match=r"properties.text: ''"):
            stage.send(ECHO, text="", inference_id="i", done=True)


async def test_a_text_that_is_never_finished_is_said_and_holds_nobody_up() -> None:
    async with stage_of(layers()) as stage:
        stage.join("a")
        stage.send(ECHO, text="Half a", done=False)
        stage.send(ECHO, text="Next one.", inference_id="i")
        await stage.pass_time(5.0)
        assert stage.said("replica") == ["Half a", "Next one."]


async def test_pieces_of_a_text_that_was_interrupted_are_ignored() -> None:
    async with stage_of(layers()) as stage:
        stage.join("a")
        stage.send(ECHO, text="One two three four five six. ", inference_id="i", done=False)
        await stage.pass_time(0.7)
        stage.send("conversation.interrupt")
        stage.send(ECHO, text="Never said.", inference_id="i", done=True)
        await stage.pass_time(2.0)
        assert stage.said("replica") == ["One two three"]


async def test_a_streamed_text_is_no_longer_than_a_call_can_hold() -> None:
    async with stage_of(layers()) as stage:
        stage.join("a")
        for _ in range(LONGEST_STREAM // LONGEST_TEXT):
            stage.send(ECHO, text="x" * LONGEST_TEXT, inference_id="i", done=False)
        with pytest.raises(InvalidInputError, match=f"at most {LONGEST_STREAM} characters"):
            stage.send(ECHO, text="x", inference_id="i", done=False)
        stage.send("conversation.interrupt")
