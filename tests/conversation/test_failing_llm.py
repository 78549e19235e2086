"""A language model that fails: people are told, what was said of the answer stays, and the conversation goes on."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from engine.conversation.answer import Answer, AnswerParts, WriteText
from engine.conversation.apologies import apology
from engine.conversation.call_language import CallLanguage
from engine.conversation.speech import Speech
from engine.conversation.thinker import begins_early
from engine.conversation.trace import TurnTrace
from engine.errors import InvalidInputError
from engine.layers.cancel import CancelToken
from engine.layers.llm.protocol import Piece, Sampling, ToolCall
from engine.layers.llm.remote import RemoteChatModel
from engine.layers.llm.remote_answer import Patience
from engine.layers.llm.remote_errors import RemoteFailure, RemoteModelError
from engine.network import NetworkPolicy
from engine.room.playout import Playout
from engine.store.records import PersonaRecord
from tests.conversation.stage import Stage, stage_of
from tests.conversation.test_director import heard_out, layers_for
from tests.conversation.test_host import ENDED, PERSONA, REPLICA, STAMP, house
from tests.fakes.layers import FakeLayers, GreyFace, ScriptedModel, ScriptedSession, ToneVoice, fake_layers
from tests.fakes.llm_server import LlmServer, Manner, answers, delta, hangs, says, streams
from tests.real_time import SOON, until

APOLOGY = " ".join(apology("en"))
WELL = says("Now ", "I know.")


@asynccontextmanager
async def stage_with(*manners: Manner, end_of_turn: list[float | Exception] | None = None) -> AsyncIterator[Stage]:
    """Raise the curtain for a persona whose language model is a server with these manners."""
    with LlmServer(*manners).serving() as server:
        model = RemoteChatModel(server.settings(), NetworkPolicy(), patience=Patience(2.0, 0.5, SOON))
        layers = layers_for(end_of_turn=end_of_turn)
        layers.chat = cast("ScriptedModel", model)
        async with stage_of(layers) as stage:
            stage.join("a")
            yield stage


async def a_turn(stage: Stage, level: float) -> None:
    await stage.pass_time(1.0, a=level)
    await heard_out(stage)


@pytest.mark.parametrize(
    ("failing", "stage_name"),
    [
        ([answers(500), answers(500)], "llm_overloaded"),
        ([answers(401)], "llm_refused"),
        ([answers(200, b"<html>Hello</html>")], "llm_garbage"),
        ([hangs(), hangs()], "llm_timed_out"),
        ([streams(delta(content="Well"), cut=True)], "llm_broken_off"),
    ],
    ids=["500", "401", "garbage", "hangs", "closes before a clause is complete"],
)
async def test_the_replica_says_that_it_has_no_answer_and_answers_the_next_turn(
    failing: list[Manner], stage_name: str
) -> None:
    async with stage_with(*failing, WELL) as stage:
        await a_turn(stage, 0.3)
        assert stage.said("replica") == [APOLOGY]
        assert stage_name in [each.name for each in stage.director.traces[-1].stages]
        assert "llm_first_clause" not in [each.name for each in stage.director.traces[-1].stages]
        await a_turn(stage, 0.6)
        assert stage.said("replica") == [APOLOGY, "Now I know."]
        assert stage.said("user") == ["Three is here.", "Six is here."]
        assert [each.name for each in stage.director.traces[-1].stages if each.name.startswith("llm")] == [
            "llm_first_clause"
        ]


async def test_of_an_answer_that_breaks_off_whole_clauses_are_heard_and_nothing_is_added() -> None:
    begun = streams(delta(content="This much is sure. And this is"), cut=True)
    async with stage_with(begun, WELL) as stage:
        await a_turn(stage, 0.3)
        assert stage.said("replica") == ["This much is sure."]
        assert "llm_broken_off" in [each.name for each in stage.director.traces[-1].stages]
        await a_turn(stage, 0.6)
        assert stage.said("replica") == ["This much is sure.", "Now I know."]


async def test_each_failure_is_told_once_and_the_conversation_never_hangs() -> None:
    async with stage_with(answers(401)) as stage:
        for _ in range(3):
            await a_turn(stage, 0.3)
        assert stage.said("replica") == [APOLOGY] * 3


async def test_who_goes_on_speaking_hears_nothing_of_a_failure() -> None:
    async with stage_with(answers(401), WELL, end_of_turn=[0.0, 1.0]) as stage:
        await stage.pass_time(0.6, a=0.3)
        await stage.pass_time(0.5)
        await a_turn(stage, 0.6)
        assert stage.said("replica") == ["Now I know."]


async def test_the_model_that_runs_here_may_fail_as_well() -> None:
    async with stage_of(layers_for(RuntimeError("the model broke"), "Now I know.")) as stage:
        stage.join("a")
        await a_turn(stage, 0.3)
        assert "llm_failed" in [each.name for each in stage.director.traces[-1].stages]
        await a_turn(stage, 0.6)
        assert stage.said("replica") == [APOLOGY, "Now I know."]


# --- one answer ---


@asynccontextmanager
async def an_answer(
    write: WriteText, **parts: Any
) -> AsyncIterator[tuple[Answer, ToneVoice, list[ToolCall], asyncio.Task[None]]]:
    voice, calls = ToneVoice(), list[ToolCall]()

    def called(_: Speech, call: ToolCall) -> None:
        calls.append(call)

    with ThreadPoolExecutor(1) as thread:
        made = AnswerParts(voice, GreyFace(), Playout(), thread, thread, **parts)
        answer = Answer(write, made, trace=TurnTrace(0.0), on_call=called)
        running = asyncio.create_task(answer.run())
        try:
            yield answer, voice, calls, running
        finally:
            answer.stop()
            await running


def fails(cancel: CancelToken) -> Iterator[Piece]:
    raise RemoteModelError(RemoteFailure.UNREACHABLE, "llm.example", "is not there")
    yield ""


@pytest.mark.parametrize("tag", ["de", "es-MX", "ka"])
async def test_it_is_said_in_the_language_of_the_call(tag: str) -> None:
    async with an_answer(fails, language=CallLanguage(tag)) as (answer, voice, _, _):
        answer.release()
        await until(lambda: len(voice.spoken) == 2)
        assert tuple(voice.spoken) == apology(tag)


async def test_an_answer_that_nobody_wants_any_more_apologises_for_nothing() -> None:
    async with an_answer(fails, speculative=False) as (answer, voice, _, running):
        answer.stop()
        await running
        assert voice.spoken == []


async def test_calls_of_tools_are_told_once_the_answer_is_released() -> None:
    call = ToolCall("c1", "water", "{}")

    def write(cancel: CancelToken) -> Iterator[Piece]:
        yield "One moment. "
        yield call

    async with an_answer(write) as (answer, voice, calls, _):
        await until(lambda: voice.spoken == ["One moment."])
        await asyncio.sleep(0.05)
        assert calls == []
        answer.release()
        assert calls == [call]
    async with an_answer(write, speculative=False) as (answer, _, calls, _):
        answer.release()
        await until(lambda: calls == [call])


async def test_calls_of_tools_of_an_answer_that_was_thrown_away_are_not_told() -> None:
    async with an_answer(lambda cancel: iter([ToolCall("c1", "water", "{}")])) as (answer, _, calls, running):
        await asyncio.sleep(0.05)
        answer.stop()
        await running
        assert calls == []


async def test_without_speculation_an_answer_is_written_when_it_is_released() -> None:
    begun: list[str] = []

    def write(cancel: CancelToken) -> Iterator[Piece]:
        begun.append("written")
        yield "Hello to you."

    async with an_answer(write, speculative=False) as (answer, voice, _, _):
        await asyncio.sleep(0.05)
        assert begun == []
        answer.release()
        await until(lambda: voice.spoken == ["Hello to you."])


@pytest.mark.parametrize(
    ("llm", "early"),
    [({}, True), ({"speculative_inference": None}, True), ({"speculative_inference": True}, True),
     ({"speculative_inference": False}, False), ({"speculative_inference": "False"}, False)],
)  # fmt: skip
def test_answers_are_begun_early_unless_a_persona_says_otherwise(llm: dict[str, Any], early: bool) -> None:
    assert begins_early(llm) is early


# --- the call of a persona with a language model of its own ---


def persona(**llm: Any) -> PersonaRecord:
    return replace(PERSONA, fields={"system_prompt": "You are Ada.", "layers": {"llm": llm}}, updated_at=STAMP)


RESPOND = {"event_type": "conversation.respond", "properties": {"text": "Who are you?"}}


async def test_a_call_asks_the_server_that_its_persona_names_and_keeps_the_connection(tmp_path: Path) -> None:
    with LlmServer(WELL).serving() as server:
        async with house(tmp_path) as host:
            conversation = await host.conversation()
            ada = persona(model="big", base_url=server.url, api_key="k1", extra_body={"temperature": 7, "top_k": 3})
            await host.calls.start(conversation, ada, REPLICA)
            await until(lambda: server.knocks)
            await host.calls.interact(conversation.conversation_id, RESPOND)
            await until(lambda: server.asked)
            await host.calls.end(conversation.conversation_id, ENDED)
            (asked,) = server.asked
            assert (asked.body["model"], asked.body["temperature"], asked.body["top_k"]) == ("big", 7, 3)
            assert asked.body["messages"][0]["content"].startswith("You are Ada.")
            assert asked.body["messages"][-1] == {"role": "user", "content": "Who are you?"}
            assert (server.connections, host.layers.chat.opened) == (1, 0)


async def test_other_calls_go_on_thinking_here(tmp_path: Path) -> None:
    with LlmServer(WELL).serving() as server:
        async with house(tmp_path) as host:
            elsewhere, here = await host.conversation(), await host.conversation()
            await host.calls.start(elsewhere, persona(base_url=server.url), REPLICA)
            await host.calls.start(here, PERSONA, REPLICA)
            await host.calls.interact(here.conversation_id, RESPOND)
            await until(lambda: host.layers.chat.prompts)
            assert server.asked == []


@pytest.mark.parametrize(
    ("llm", "told"),
    [
        ({"base_url": "http://10.0.0.7/v1"}, r"layers\.llm\.base_url: '10\.0\.0\.7'"),
        ({"base_url": "http://127.0.0.1:9/v1", "extra_body": {"stream": False}}, r"layers\.llm\.extra_body\.stream"),
        ({"extra_body": {"temperature": 9}}, r"layers\.llm\.extra_body\.temperature"),
    ],
)
async def test_a_call_that_could_only_fail_does_not_begin(tmp_path: Path, llm: dict[str, Any], told: str) -> None:
    async with house(tmp_path, limit=1) as host:
        with pytest.raises(InvalidInputError, match=told):
            await host.calls.start(await host.conversation(), persona(**llm), REPLICA)
        await host.calls.start(await host.conversation(), PERSONA, REPLICA)


class _Noting(ScriptedModel):
    """Notes how words are to be drawn."""

    drawn: Sampling | None = None

    def open_session(self) -> ScriptedSession:
        model, opened = self, super().open_session()

        class _Session(ScriptedSession):
            def generate(self, messages: Any, sampling: Sampling, cancel: CancelToken) -> Iterator[str]:
                model.drawn = sampling
                return opened.generate(messages, sampling, cancel)

        return _Session(self)


async def test_the_model_that_runs_here_draws_as_the_persona_says(tmp_path: Path) -> None:
    layers: FakeLayers = fake_layers(hears=[], answers=["Yes."])
    chat = _Noting(["Yes."])
    layers.chat, layers.engines = chat, replace(layers.engines, chat=chat)
    async with house(tmp_path, layers=layers) as host:
        conversation = await host.conversation()
        await host.calls.start(conversation, persona(extra_body={"temperature": 0.7, "top_p": 0.9}), REPLICA)
        await host.calls.interact(conversation.conversation_id, RESPOND)
        await until(lambda: chat.drawn)
        assert chat.drawn == Sampling(temperature=0.7, top_p=0.9, seed=1)
