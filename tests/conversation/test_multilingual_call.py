"""A multilingual call: each turn is understood in the language it is spoken in, and answered with its voice."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from engine.conversation.call_language import CallLanguage
from engine.layers.tts.voice_pool import VoicePool
from tests.conversation.stage import Stage, stage_of
from tests.conversation.test_director import heard_out
from tests.fakes.layers import FakeLayers, LevelRecognizer, fake_layers
from tests.fakes.voices import Shelf

WORDS = {3: "Guten Tag.", 6: "Good day.", 8: "안녕하세요."}
LANGUAGES = {"Guten Tag.": "de", "Good day.": "en", "안녕하세요.": "ko"}


class Talk:
    def __init__(self, *answers: str, others: frozenset[str] = frozenset({"de", "en"})) -> None:
        self.shelf = Shelf("de")
        self.ears = LevelRecognizer(WORDS)
        self.ears.languages = LANGUAGES
        self.language = CallLanguage("en", others)
        self.layers: FakeLayers = fake_layers(
            hears=self.ears,
            answers=answers,
            understands=frozenset({"en", "de"}),
            voices=lambda voice: VoicePool(voice, self.shelf),
        )

    @property
    def said_in_german(self) -> list[str]:
        return self.shelf.voices["voice-de"].spoken if self.shelf.voices else []

    @asynccontextmanager
    async def begun(self) -> AsyncIterator[Stage]:
        async with stage_of(self.layers, self.language) as stage:
            stage.join("a", "b")
            yield stage


async def test_the_voice_follows_the_language_of_each_turn() -> None:
    talk = Talk("Ja.", "Yes.", "Doch.")
    async with talk.begun() as stage:
        for level in (0.3, 0.6, 0.3):
            await stage.pass_time(1.0, a=level)
            await heard_out(stage)
        assert stage.said("user") == ["Guten Tag.", "Good day.", "Guten Tag."]
        assert stage.said("replica") == ["Ja.", "Yes.", "Doch."]
    assert talk.said_in_german == ["Ja.", "Doch."]
    assert talk.layers.voice.spoken == ["Yes."]


async def test_each_person_is_expected_to_go_on_in_their_own_language() -> None:
    talk = Talk("Ja.", "Yes.", "Ja.")
    async with talk.begun() as stage:
        await stage.pass_time(1.0, a=0.3)
        await heard_out(stage)
        await stage.pass_time(1.0, b=0.6)
        await heard_out(stage)
        talk.ears.asked.clear()
        await stage.pass_time(1.0, a=0.3)
        await heard_out(stage)
    assert set(talk.ears.asked) == {("de", frozenset({"de", "en"}))}


async def test_a_language_that_is_not_spoken_here_changes_nothing() -> None:
    talk = Talk("Sorry.")
    async with talk.begun() as stage:
        await stage.pass_time(1.0, a=0.8)
        await heard_out(stage)
        assert stage.said("replica") == ["Sorry."]
    assert talk.layers.voice.spoken == ["Sorry."]
    assert talk.language.tag == "en"


async def test_an_answer_in_another_language_than_the_question_is_spoken_in_its_own() -> None:
    talk = Talk("Das ist eine gute Frage, und ich weiß es nicht. Gut?", "Fine.")
    async with talk.begun() as stage:
        await stage.pass_time(1.0, a=0.6)
        await heard_out(stage)
        await stage.pass_time(1.0, a=0.6)
        await heard_out(stage)
    assert " ".join(talk.said_in_german[:-1]) == "Das ist eine gute Frage, und ich weiß es nicht."
    assert talk.said_in_german[-1] == "Gut?", "what tells nothing goes on in the language of the words before it"
    assert talk.layers.voice.spoken == ["Fine."], "and the next turn begins anew"


async def test_a_typed_text_is_spoken_in_the_language_of_its_words() -> None:
    talk = Talk("Yes.")
    async with talk.begun() as stage:
        stage.send("conversation.echo", text="Das ist ein Test, und ich bin nicht allein.")
        await heard_out(stage)
    assert talk.said_in_german


async def test_a_call_in_one_language_asks_for_no_other() -> None:
    talk = Talk("Yes.", others=frozenset())
    async with talk.begun() as stage:
        await stage.pass_time(1.0, a=0.3)
        await heard_out(stage)
    assert set(talk.ears.asked) == {("en", frozenset())}
    assert talk.said_in_german == []
