"""What is said when, seen from the data channel: every way in which a turn can go."""

import time

import numpy as np
import pytest

from engine.conversation.echoes import MOST_WAITING
from engine.errors import InvalidInputError
from engine.layers.audio import Samples
from engine.layers.replica.protocol import ReplicaState
from tests.conversation.stage import Stage, stage_of
from tests.fakes.layers import FakeLayers, LevelRecognizer, fake_layers

WORDS = {3: "Three is here.", 6: "Six is here.", 8: "Eight is here."}


def layers_for(*answers: str | Exception, end_of_turn: list[float | Exception] | None = None) -> FakeLayers:
    return fake_layers(hears=LevelRecognizer(WORDS), answers=answers or ["Fine."], end_of_turn=end_of_turn)


def sound(seconds: float, level: float) -> Samples:
    return np.full(int(seconds * 16_000), level, dtype=np.float32)


async def heard_out(stage: Stage) -> None:
    """Wait until nothing has happened for as long as the longest pause in a turn."""
    quiet = 0
    for _ in range(300):
        await stage.pass_time(0.2)
        quiet = quiet + 1 if stage.director.state in {ReplicaState.LISTENING, ReplicaState.IDLE} else 0
        if quiet == 9:
            return
    pytest.fail(f"the replica is {stage.director.state} for ever; it told {stage.events()}")


async def test_a_turn_is_told_in_order_under_one_id() -> None:
    async with stage_of(layers_for("I am fine, thank you.")) as stage:
        stage.join("a")
        await stage.pass_time(1.0, a=0.3)
        await heard_out(stage)
        assert stage.events() == [
            ("user.started_speaking", ""),
            ("user.stopped_speaking", ""),
            ("utterance", "Three is here."),
            ("replica.started_speaking", ""),
            ("replica.stopped_speaking", ""),
            ("utterance", "I am fine, thank you."),
        ]
        assert len({message["inference_id"] for message in stage.messages}) == 1
        assert [message["seq"] for message in stage.messages] == list(range(1, len(stage.messages) + 1))


async def test_captions_of_each_side_count_from_0() -> None:
    async with stage_of(layers_for("This is one sentence. This is another one.")) as stage:
        stage.join("a")
        await stage.pass_time(2.0, a=0.3)
        await heard_out(stage)
        for role in ("user", "replica"):
            found = [
                m["properties"]["content_index"]
                for m in stage.messages
                if m["event_type"].endswith("streaming") and m["properties"]["role"] == role
            ]
            assert found == list(range(len(found)))
            assert len(found) >= 2


# --- what fails does not hang ---


@pytest.mark.parametrize("nothing", ["", " ", "..."])
async def test_an_answer_that_comes_to_nothing_leaves_the_floor_free(nothing: str) -> None:
    async with stage_of(layers_for(nothing, "Now I know.")) as stage:
        stage.join("a")
        await stage.pass_time(1.0, a=0.3)
        await stage.pass_time(1.0)
        assert stage.director.state is ReplicaState.LISTENING
        stage.send("conversation.echo", text="Still there.")
        await heard_out(stage)
        await stage.pass_time(1.0, a=0.6)
        await heard_out(stage)
        assert stage.said("replica") == ["Still there.", "Now I know."]


async def test_an_answer_whose_model_fails_half_way_is_heard_as_far_as_it_goes() -> None:
    layers = layers_for("This much is sure. And this is not.")
    layers.chat.breaks_after = 5
    async with stage_of(layers) as stage:
        stage.join("a")
        await stage.pass_time(1.0, a=0.3)
        await heard_out(stage)
        assert stage.said("replica") == ["This much is sure."]
        assert stage.seconds_loud() == pytest.approx(0.8, abs=0.03)
        stopped = [m for m in stage.messages if m["event_type"].endswith("replica.stopped_speaking")]
        assert [m["properties"] for m in stopped] == [{"duration": 0.8, "interrupted": False}]


async def test_an_answer_whose_voice_fails_half_way_is_heard_as_far_as_it_goes() -> None:
    layers = layers_for("This much is sure. This part breaks. And this comes after.")
    layers.voice.fails_on = "breaks"
    async with stage_of(layers) as stage:
        stage.join("a")
        await stage.pass_time(1.0, a=0.3)
        await heard_out(stage)
        assert stage.said("replica") == ["This much is sure."]


async def test_words_count_when_the_end_of_turn_model_fails() -> None:
    async with stage_of(layers_for("Yes.", end_of_turn=[RuntimeError("broken")])) as stage:
        stage.join("a")
        await stage.pass_time(1.0, a=0.3)
        await stage.pass_time(1.5)
        await heard_out(stage)
        assert stage.said("user") == ["Three is here."]
        assert stage.said("replica") == ["Yes."]


async def test_a_turn_that_could_not_be_recognised_is_no_turn_and_the_next_one_is_answered() -> None:
    recognizer = LevelRecognizer(WORDS)
    async with stage_of(fake_layers(hears=recognizer, answers=["Yes."])) as stage:
        stage.join("a")
        recognizer.fails_with = RuntimeError("broken")
        await stage.pass_time(1.0, a=0.3)
        await stage.pass_time(1.5)
        assert stage.events() == [("user.started_speaking", ""), ("user.stopped_speaking", "")]
        recognizer.fails_with = None
        await stage.pass_time(1.0, a=0.6)
        await heard_out(stage)
        assert stage.said("replica") == ["Yes."]


# --- fixed texts ---


async def test_a_greeting_does_not_wait_for_the_prompt_to_be_evaluated() -> None:
    layers = layers_for("Yes.")
    layers.chat.prefill_gate.clear()
    async with stage_of(layers) as stage:
        stage.director.warm()
        stage.busy.add(stage._threads[0])
        stage.join("a", greeting="Welcome to you.")
        await stage.pass_time(1.0)
        assert stage.said("replica") == ["Welcome to you."]
        layers.chat.prefill_gate.set()


async def test_noise_at_the_wrong_moment_does_not_swallow_the_greeting() -> None:
    async with stage_of(layers_for("Yes.")) as stage:
        stage.join("a", greeting="Welcome to you.")
        stage.director.hear("a", sound(0.2, 0.1))
        assert stage.events() == [("user.started_speaking", "")]
        await heard_out(stage)
        assert stage.said("replica") == ["Welcome to you."]
        assert stage.said("user") == []


async def test_fixed_texts_are_said_one_after_the_other() -> None:
    async with stage_of(layers_for()) as stage:
        stage.join("a")
        stage.send("conversation.echo", text="First of all.", inference_id="one")
        stage.send("conversation.echo", text="Second of all.", inference_id="two")
        await heard_out(stage)
        assert stage.said("replica") == ["First of all.", "Second of all."]
        assert stage.ids("replica.started_speaking") == ["one", "two"]


async def test_no_more_texts_wait_than_a_call_can_hold() -> None:
    async with stage_of(layers_for()) as stage:
        stage.join("a")
        # One is being said already.
        for _ in range(MOST_WAITING + 1):
            stage.send("conversation.echo", text="Again.")
        with pytest.raises(InvalidInputError, match=f"at most {MOST_WAITING} texts"):
            stage.send("conversation.echo", text="Once too often.")
        stage.send("conversation.interrupt")
        stage.send("conversation.echo", text="There is room again.")


async def test_the_answer_to_a_turn_goes_before_a_text_that_nobody_has_heard_yet() -> None:
    async with stage_of(layers_for("This is the answer.")) as stage:
        stage.join("a")
        await stage.pass_time(1.0, a=0.3)
        await stage.pass_time(0.24)
        stage.send("conversation.echo", text="An echo at the wrong moment.")
        stage.director.hear("a", sound(0.1, 0.0))
        await heard_out(stage)
        assert stage.said("replica") == ["This is the answer."]
        assert stage.seconds_loud() == pytest.approx(0.8, abs=0.03)


async def test_a_very_long_text_is_synthesised_as_it_is_heard() -> None:
    text = ("word " * 4_000).strip()
    async with stage_of(layers_for()) as stage:
        stage.join("a")
        stage.send("conversation.echo", text=text)
        await stage.pass_time(2.0)
        assert stage.director.state is ReplicaState.SPEAKING
        assert (stage.playout.end - stage.playout.position) / 48_000 < 40
        stage.send("conversation.interrupt")
        await stage.pass_time(1.0)
        assert stage.playout.end == stage.playout.position
        heard = stage.said("replica")[0]
        assert text.startswith(heard)
        assert 8 <= len(heard.split()) <= 10


# --- long turns ---


async def test_a_long_turn_with_pauses_keeps_all_its_words() -> None:
    async with stage_of(layers_for("I see.", end_of_turn=[0.0, 0.0, 1.0])) as stage:
        stage.join("a")
        await stage.pass_time(16.0, a=0.3)
        await stage.pass_time(0.4)
        await stage.pass_time(16.0, a=0.6)
        await stage.pass_time(0.4)
        await stage.pass_time(1.0, a=0.8)
        await heard_out(stage)
        assert stage.said("user") == ["Three is here. Six is here. Eight is here."]
        assert stage.layers.chat.prompts[-1][-1].content == "Three is here. Six is here. Eight is here."


async def test_a_turn_of_a_minute_without_a_pause_keeps_all_its_words() -> None:
    async with stage_of(layers_for("I see.")) as stage:
        stage.join("a")
        for _ in range(10):
            await stage.pass_time(3.0, a=0.3)
            await stage.pass_time(3.0, a=0.6)
        await heard_out(stage)
        # Where a segment is cut in the middle of a word, the word may be heard in both of its parts.
        said = stage.said("user")[0].replace("Three is here.", "3").replace("Six is here.", "6").split()
        assert "".join(said).replace("33", "3").replace("66", "6") == "36" * 10


async def test_somebody_who_speaks_for_long_is_active() -> None:
    async with stage_of(layers_for("I see.")) as stage:
        stage.join("a")
        await stage.pass_time(2.0, a=0.3)
        before = time.monotonic()
        await stage.pass_time(2.0, a=0.3)
        assert stage.director.last_activity >= before


async def test_words_that_are_recognised_late_belong_to_their_own_turn() -> None:
    recognizer = LevelRecognizer(WORDS)
    layers = fake_layers(hears=recognizer, answers=["Yes."])
    async with stage_of(layers) as stage:
        stage.join("a")
        await stage.pass_time(0.5, a=0.3)
        recognizer.gate.clear()
        stage.busy.add(layers.engines.stt_thread)
        await stage.pass_time(1.5)
        await stage.pass_time(0.5, a=0.6)
        recognizer.gate.set()
        stage.busy.clear()
        await heard_out(stage)
        assert stage.said("user") == ["Three is here.", "Six is here."]
        first, second = stage.ids("user.started_speaking")
        assert stage.ids("user.stopped_speaking") == [first, second]
        assert stage.ids("utterance") == [first, second, second]
        assert stage.layers.chat.prompts[-1][-1].content == "Three is here. Six is here."


async def test_a_segment_that_is_recognised_late_is_settled_in_its_own_turn() -> None:
    recognizer = LevelRecognizer(WORDS)
    layers = fake_layers(hears=recognizer, answers=["Yes."])
    async with stage_of(layers) as stage:
        stage.join("a")
        await stage.pass_time(26.9, a=0.3)
        recognizer.gate.clear()
        stage.busy.add(layers.engines.stt_thread)
        await stage.pass_time(1.0, a=0.3)
        await stage.pass_time(1.5)
        await stage.pass_time(0.6, a=0.6)
        recognizer.gate.set()
        stage.busy.clear()
        await heard_out(stage)
        said = stage.said("user")
        assert set(said[0].replace("Three is here.", "3").split()) == {"3"}
        assert said[1] == "Six is here."


# --- several people ---


async def test_two_people_who_end_one_after_the_other_get_one_answer() -> None:
    async with stage_of(layers_for("This is for you.", "This is for both.", "This is for both.")) as stage:
        stage.join("a", "b")
        await stage.pass_time(1.0, a=0.3, b=0.6)
        await stage.pass_time(0.1, b=0.6)
        await heard_out(stage)
        assert stage.said("user") == ["Three is here.", "Six is here."]
        assert stage.said("replica") == ["This is for both."]
        assert stage.seconds_loud() == pytest.approx(0.8, abs=0.03)
        assert stage.layers.chat.prompts[-1][-1].content == "Three is here. Six is here."


async def test_what_was_prepared_for_one_person_is_no_answer_to_another() -> None:
    # a is sure to go on (a long wait), b pauses later and is done at once.
    async with stage_of(layers_for("Ay.", "Bee.", "See.", end_of_turn=[0.3, 0.3])) as stage:
        stage.join("a", "b")
        await stage.pass_time(1.0, a=0.3, b=0.6)
        await stage.pass_time(0.3, b=0.6)
        await heard_out(stage)
        await stage.pass_time(2.0)
        prompts = [prompt[-1].content for prompt in stage.layers.chat.prompts]
        assert prompts[-1] == "Three is here. Six is here."
        assert stage.said("replica") == ["See."]


async def test_each_turn_has_its_own_id_when_two_people_speak_at_once() -> None:
    async with stage_of(layers_for("Yes.")) as stage:
        stage.join("a", "b")
        await stage.pass_time(0.5, a=0.3)
        await stage.pass_time(0.5, a=0.3, b=0.6)
        await heard_out(stage)
        a, b = stage.ids("user.started_speaking")
        assert a != b
        assert {
            m["properties"]["speech"]: m["inference_id"]
            for m in stage.messages
            if m["event_type"] == "conversation.utterance" and m["properties"]["role"] == "user"
        } == {"Three is here.": a, "Six is here.": b}


async def test_who_leaves_in_mid_sentence_does_not_keep_the_others_waiting() -> None:
    async with stage_of(layers_for("Yes.")) as stage:
        stage.join("a", "b")
        await stage.pass_time(1.0, a=0.3, b=0.6)
        await stage.pass_time(0.6, b=0.6)
        assert stage.said("user") == ["Three is here."]
        stage.director.leave("b")
        del stage.levels["b"]
        assert len(stage.ids("user.stopped_speaking")) == 2
        await heard_out(stage)
        assert stage.said("replica") == ["Yes."]


# --- the end ---


async def test_what_was_heard_before_the_call_ended_is_in_the_transcript() -> None:
    async with stage_of(layers_for("one two three four five six seven eight nine ten")) as stage:
        stage.join("a")
        await stage.pass_time(1.0, a=0.3)
        while not stage.seconds_loud():
            await stage.pass_time(0.02)
        await stage.pass_time(0.98)
        stage.director.close()
        assert [(entry["role"], entry["content"]) for entry in stage.director.transcript()][1:] == [
            ("user", "Three is here."),
            ("assistant", "one two three four five"),
        ]


async def test_nothing_begins_once_the_call_has_ended() -> None:
    async with stage_of(layers_for("Yes.")) as stage:
        stage.join("a")
        await stage.pass_time(0.1)
        stage.director.close()
        await stage.settle()
        assert not stage.tasks
        told = len(stage.messages)
        stage.director.join("b", greeting="Too late.")
        stage.director.hear("b", sound(1.0, 0.3))
        stage.send("conversation.echo", text="Too late.")
        stage.send("conversation.respond", text="Too late.")
        stage.director.warm()
        await stage.settle()
        assert not stage.tasks
        assert len(stage.messages) == told
        assert stage.layers.chat.prefilled == []
