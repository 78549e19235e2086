"""Who has the floor while the replica speaks: false starts and real interruptions, by a persona's settings."""

import threading
from typing import Any

import numpy as np
import pytest

from engine.conversation.flow_settings import FlowSettings
from engine.layers.tts.protocol import SpokenClause
from tests.conversation.stage import Stage, stage_of
from tests.fakes.layers import FakeLayers, LevelRecognizer, fake_layers

WORDS = {3: "I was thinking", 5: "Mm-hm.", 6: "that we could go.", 8: "Stop."}
LONG = "Well, that is a very good question, and I have a lot to say about it, so listen to me for a while."


def layers() -> FakeLayers:
    return fake_layers(hears=LevelRecognizer(WORDS), answers=[LONG, "Good idea."])


def slow_layers() -> tuple[FakeLayers, threading.Event, threading.Event]:
    """Return layers whose voice says its first clause at once; the others it begins (first event) and ends with the second event."""
    slow, begun, more = layers(), threading.Event(), threading.Event()
    speak = slow.voice.speak

    def slowly(text: str, **options: Any) -> SpokenClause:
        if slow.voice.spoken:
            begun.set()
            more.wait(60)
        return speak(text, **options)

    slow.voice.speak = slowly  # type: ignore[method-assign]
    return slow, begun, more


def stop_recognising(stage: Stage) -> None:
    """Let nothing be understood from now on."""
    stage.layers.recognizer.gate.clear()  # type: ignore[union-attr]
    stage.busy.add(stage.layers.engines.stt_thread)


def recognise_again(stage: Stage) -> None:
    stage.layers.recognizer.gate.set()  # type: ignore[union-attr]
    stage.busy.clear()


async def answered(stage: Stage, seconds: float) -> None:
    """Say something, and listen to the answer for so long."""
    stage.join("a")
    await stage.pass_time(1.0, a=0.3)
    before = stage.seconds_loud()
    while stage.seconds_loud() - before < seconds:
        await stage.pass_time(0.02)


async def test_who_goes_on_was_never_answered() -> None:
    async with stage_of(layers()) as stage:
        await answered(stage, 0.4)
        await stage.pass_time(0.6, a=0.6)
        await stage.pass_time(3.0)
        prompt = stage.layers.chat.prompts[-1]
        assert [message.role for message in prompt] == ["system", "user"]
        assert prompt[-1].content == "I was thinking that we could go."
        assert stage.said("user") == ["I was thinking", "that we could go."]
        assert stage.said("replica")[-1] == "Good idea."


async def test_what_was_heard_is_told_even_so() -> None:
    async with stage_of(layers()) as stage:
        await answered(stage, 0.4)
        await stage.pass_time(0.6, a=0.6)
        await stage.pass_time(0.5)
        assert ("replica_interrupted", "") in stage.events()
        assert len(stage.ids("replica.stopped_speaking")) == 1


async def test_the_replica_yields_to_who_goes_on_however_hard_it_is_to_interrupt() -> None:
    async with stage_of(layers(), flow=FlowSettings(replica_interruptibility="verylow")) as stage:
        await answered(stage, 0.4)
        loud = stage.seconds_loud()
        await stage.pass_time(1.0, a=0.6)
        assert stage.seconds_loud() - loud < 0.2


async def test_an_interruption_later_on_stays_in_the_memory_as_far_as_it_was_heard() -> None:
    async with stage_of(layers()) as stage:
        await answered(stage, 1.6)
        await stage.pass_time(0.6, a=0.8)
        await stage.pass_time(3.0)
        roles = [message.role for message in stage.layers.chat.prompts[-1]]
        assert roles == ["system", "user", "assistant", "user"]
        heard = stage.layers.chat.prompts[-1][2].content
        assert heard
        assert LONG.startswith(heard)


async def heard_out(stage: Stage) -> None:
    """Wait until the replica has been silent for two seconds."""
    while any(stage.loudness[-100:]):
        await stage.pass_time(0.1)


async def test_a_listener_does_not_stop_the_replica_and_no_word_is_lost() -> None:
    async with stage_of(layers()) as stage:
        await answered(stage, 1.6)
        before = len(stage.loudness)
        await stage.pass_time(0.4, a=0.5)
        await heard_out(stage)
        silent = [tick for tick, level in enumerate(stage.loudness[before:]) if not level]
        gap = next((n for n, tick in enumerate(silent) if n and tick != silent[n - 1] + 1), len(silent))
        assert 0.2 <= gap * 0.02 <= 1.0
        assert stage.said("replica") == [LONG]
        assert stage.said("user") == ["I was thinking"]
        assert "replica_interrupted" not in dict(stage.events())
        # The word that was broken off is said again from its beginning.
        assert stage.seconds_loud() >= len(LONG.split()) * 0.2 - 0.02


async def test_a_cough_does_not_stop_the_replica() -> None:
    async with stage_of(layers()) as stage:
        await answered(stage, 0.4)
        await stage.pass_time(0.26, a=0.1)
        await heard_out(stage)
        assert stage.said("replica") == [LONG]
        assert len(stage.layers.chat.prompts) == 1


async def test_one_word_that_is_no_listeners_stops_the_replica() -> None:
    async with stage_of(layers()) as stage:
        await answered(stage, 1.6)
        await stage.pass_time(0.3, a=0.8)
        await heard_out(stage)
        assert stage.said("user")[-1] == "Stop."
        assert stage.said("replica")[-1] == "Good idea."
        assert LONG not in stage.said("replica")


async def test_an_answer_given_into_the_last_word_counts() -> None:
    async with stage_of(fake_layers(hears=LevelRecognizer(WORDS), answers=["Do you agree?", "Good idea."])) as stage:
        await answered(stage, 0.2)
        await stage.pass_time(0.4, a=0.5)
        await heard_out(stage)
        assert stage.said("user")[-1] == "Mm-hm."
        assert stage.said("replica")[-1] == "Good idea."


async def test_who_speaks_on_and_on_has_the_floor_although_nobody_understands_them() -> None:
    async with stage_of(layers()) as stage:
        await answered(stage, 1.6)
        stop_recognising(stage)
        loud = stage.seconds_loud()
        await stage.pass_time(3.0, a=0.8)
        assert stage.seconds_loud() - loud < 0.3
        recognise_again(stage)
        await stage.pass_time(0.1, a=0.8)
        await stage.pass_time(0.8)
        assert len(stage.ids("replica_interrupted")) == 1
        assert stage.said("user")[-1] == "Stop."


async def test_a_long_sound_without_a_word_only_makes_it_wait() -> None:
    async with stage_of(layers()) as stage:
        await answered(stage, 1.6)
        await stage.pass_time(1.4, a=0.1)
        await heard_out(stage)
        assert stage.said("replica") == [LONG]
        assert stage.ids("replica_interrupted") == []


async def test_words_that_are_understood_late_stop_it_all_the_same() -> None:
    async with stage_of(layers()) as stage:
        await answered(stage, 1.6)
        stop_recognising(stage)
        await stage.pass_time(0.3, a=0.8)
        await stage.pass_time(1.2)
        recognise_again(stage)
        await stage.pass_time(0.4)
        assert len(stage.ids("replica_interrupted")) == 1
        assert stage.said("user")[-1] == "Stop."


async def test_a_listener_who_is_understood_late_is_still_one() -> None:
    async with stage_of(layers(), flow=FlowSettings("time-based", "low")) as stage:
        await answered(stage, 1.6)
        stop_recognising(stage)
        await stage.pass_time(0.36, a=0.5)
        await stage.pass_time(0.6)
        recognise_again(stage)
        await heard_out(stage)
        assert stage.said("replica") == [LONG]


async def test_a_yes_to_a_question_counts_although_more_is_being_said() -> None:
    asks = "Shall I book it? I could do it for Tuesday or for Wednesday or for any other day of the week."
    async with stage_of(fake_layers(hears=LevelRecognizer({**WORDS, 7: "Yes."}), answers=[asks, "Done."])) as stage:
        await answered(stage, 1.6)
        await stage.pass_time(0.3, a=0.7)
        await heard_out(stage)
        assert stage.said("user")[-1] == "Yes."
        assert stage.said("replica")[-1] == "Done."


async def test_a_word_too_short_to_stop_it_is_answered_when_it_is_done() -> None:
    async with stage_of(layers(), flow=FlowSettings(replica_interruptibility="verylow")) as stage:
        await answered(stage, 1.6)
        await stage.pass_time(0.4, a=0.8)
        await heard_out(stage)
        assert stage.said("replica") == [LONG, "Good idea."]
        assert stage.layers.chat.prompts[-1][-1].content == "Stop."


async def test_what_was_being_made_while_it_was_held_is_not_said_after_an_interruption() -> None:
    two, begun, more = slow_layers()
    async with stage_of(two) as stage:
        stage.busy.add(two.engines.tts_thread)
        await answered(stage, 0.4)
        assert begun.wait(10)
        await stage.pass_time(0.3, a=0.8)
        more.set()
        stage.busy.clear()
        loud = stage.seconds_loud()
        await stage.pass_time(2.0, a=0.8)
        assert stage.seconds_loud() - loud < 0.1


async def test_a_cough_between_two_clauses_does_not_end_the_answer() -> None:
    two, _, more = slow_layers()
    async with stage_of(two) as stage:
        stage.busy.add(two.engines.tts_thread)
        await answered(stage, 0.2)
        while any(stage.loudness[-5:]):
            await stage.pass_time(0.02)
        await stage.pass_time(0.26, a=0.1)
        await stage.pass_time(0.5)
        more.set()
        stage.busy.clear()
        await stage.pass_time(0.2)
        await heard_out(stage)
        assert stage.said("replica") == [LONG]


async def test_two_people_at_once_are_not_talked_over() -> None:
    async with stage_of(layers()) as stage:
        stage.join("b")
        await answered(stage, 1.6)
        await stage.pass_time(0.36, a=0.5)
        await stage.pass_time(0.02)
        loud = stage.seconds_loud()
        await stage.pass_time(1.5, b=0.8)
        assert stage.seconds_loud() - loud < 0.1


@pytest.mark.parametrize("at_once", [0.6, 1.6])
async def test_a_turn_whose_end_comes_all_at_once_is_told_once_and_nobody_is_deaf_after_it(at_once: float) -> None:
    async with stage_of(layers(), flow=FlowSettings("time-based", "low")) as stage:
        stage.join("a")
        for _ in range(2):
            await stage.pass_time(1.0, a=0.3)
            stage.director.hear("a", np.zeros(int(at_once * 16_000), dtype=np.float32))
            await stage.pass_time(0.5)
            await heard_out(stage)
        assert stage.said("user") == ["I was thinking", "I was thinking"]


async def test_words_known_before_an_end_that_comes_all_at_once_are_told_once() -> None:
    async with stage_of(layers(), flow=FlowSettings("time-based", "low")) as stage:
        stage.join("a")
        await stage.pass_time(1.0, a=0.3)
        await stage.pass_time(0.14)
        stage.director.hear("a", np.zeros(8_000, dtype=np.float32))
        await stage.pass_time(0.5)
        await heard_out(stage)
        assert stage.said("user") == ["I was thinking"]


async def test_a_person_whom_nobody_understands_in_time_does_not_keep_the_replica_silent() -> None:
    async with stage_of(layers()) as stage:
        await answered(stage, 1.6)
        stop_recognising(stage)
        await stage.pass_time(0.3, a=0.5)
        await stage.pass_time(0.8)
        assert any(stage.loudness[-5:])
        recognise_again(stage)


async def test_it_can_be_held_again_and_again() -> None:
    async with stage_of(layers()) as stage:
        await answered(stage, 1.2)
        for _ in range(3):
            await stage.pass_time(0.3, a=0.5)
            await stage.pass_time(1.0)
        await heard_out(stage)
        assert stage.said("replica") == [LONG]


@pytest.mark.parametrize(("level", "seconds"), [("high", 0.1), ("medium", 0.2), ("low", 0.5), ("verylow", 1.3)])
async def test_how_long_somebody_must_speak_to_stop_the_replica_is_the_personas_word(
    level: str, seconds: float
) -> None:
    async with stage_of(layers(), flow=FlowSettings(replica_interruptibility=level)) as stage:
        await answered(stage, 1.6)
        loud = stage.seconds_loud()
        await stage.pass_time(2.0, a=0.8)
        assert stage.seconds_loud() - loud == pytest.approx(seconds, abs=0.08)


async def test_the_word_can_be_changed_in_the_midst_of_a_call() -> None:
    async with stage_of(layers(), flow=FlowSettings(replica_interruptibility="verylow")) as stage:
        await answered(stage, 1.6)
        stage.send("conversation.sensitivity", participant_interrupt_sensitivity="low")
        loud = stage.seconds_loud()
        await stage.pass_time(1.0, a=0.8)
        assert stage.seconds_loud() - loud < 0.2


@pytest.mark.parametrize(("model", "patience"), [("time-based", "low"), ("time-based", "high"), ("sparrow-0", "high")])
async def test_how_long_is_waited_for_an_end_is_the_personas_word(model: str, patience: str) -> None:
    waits = {("time-based", "low"): 0.5, ("time-based", "high"): 1.4, ("sparrow-0", "high"): 0.45}
    async with stage_of(layers(), flow=FlowSettings(model, patience)) as stage:
        stage.join("a")
        await stage.pass_time(1.0, a=0.3)
        silence = 0.0
        while not stage.said("user"):
            await stage.pass_time(0.02)
            silence += 0.02
        assert silence == pytest.approx(waits[model, patience], abs=0.09)
