"""What is done while somebody is still speaking, so that less is to be done in the pause."""

from engine.conversation.director import READ_AHEAD
from tests.conversation.stage import Stage, stage_of
from tests.fakes.layers import LevelRecognizer, ScriptedRecognizer, fake_layers

LONG = "Tell me what the weather will be like in the mountains tomorrow"


def read_ahead(stage: Stage) -> list[str]:
    """Return what the model has read of the user's words without being asked for an answer."""
    return [prompt[-1].content for prompt in stage.layers.chat.prefilled if prompt[-1].role == "user"]


async def test_the_model_reads_words_that_will_not_change_while_the_rest_is_said() -> None:
    async with stage_of(fake_layers(hears=LevelRecognizer({3: LONG}), answers=["Sunny."])) as stage:
        stage.join("a")
        await stage.pass_time(3.0, a=0.3)
        assert not stage.layers.chat.prompts
        (words,) = read_ahead(stage)
        assert LONG.startswith(words)
        assert len(words.split()) >= READ_AHEAD


async def test_nothing_is_read_of_words_that_keep_changing() -> None:
    layers = fake_layers(hears=["Recognise speech in time"], answers=["Fine."])
    recognizer = layers.recognizer
    assert isinstance(recognizer, ScriptedRecognizer)
    recognizer.script += ["Wreck a nice beach", "Wrecking nice beaches all", "Racing ice on peaches"]
    async with stage_of(layers) as stage:
        stage.join("a")
        for _ in range(4):
            await stage.pass_time(0.62, a=0.3)
            recognizer.next_turn()
        assert read_ahead(stage) == []


async def test_each_turn_is_read_from_its_beginning() -> None:
    async with stage_of(fake_layers(hears=LevelRecognizer({3: LONG}), answers=["Sunny."])) as stage:
        stage.join("a")
        for _ in range(2):
            await stage.pass_time(3.0, a=0.3)
            await stage.pass_time(2.0)
        assert len(read_ahead(stage)) == 2


async def test_names_to_listen_for_reach_the_recogniser() -> None:
    recognizer = LevelRecognizer({3: "Hello."})
    async with stage_of(fake_layers(hears=recognizer, answers=["Hi."]), hotwords="Visavis, Nia") as stage:
        stage.join("a")
        await stage.pass_time(1.0, a=0.3)
        await stage.pass_time(1.0)
        assert set(recognizer.hotwords) == {"Visavis, Nia"}
