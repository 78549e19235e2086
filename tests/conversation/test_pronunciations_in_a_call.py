"""A persona's pronunciation dictionary reaches the voice."""

from pathlib import Path
from typing import Any

import pytest

from engine.layers.tts.pronunciations import NO_PRONUNCIATIONS, Pronunciations
from engine.store.records import PersonaRecord
from tests.conversation.test_host import REPLICA, STAMP, House, house
from tests.conversation.test_host_endings import person_in

RULES = [{"text": "Visavis", "pronunciation": "vee za vee", "type": "alias"}]


async def _spoken_with(host: House, dictionary_id: str) -> Pronunciations:
    persona = PersonaRecord(
        "p1", "Ada", {"layers": {"tts": {"pronunciation_dictionary_id": dictionary_id}}}, "user", STAMP, STAMP
    )
    conversation = await host.conversation()
    await host.calls.start(conversation, persona, REPLICA)
    async with person_in(host, conversation) as person:
        person.send("conversation.echo", conversation.conversation_id, text="This is Visavis.")
        await person.event("conversation.utterance", role="replica")
    return host.layers.voice.styles[-1].pronunciations


async def test_the_rules_of_the_dictionary_are_in_the_style_of_every_clause(tmp_path: Path) -> None:
    async with house(tmp_path) as host:
        fields: dict[str, Any] = {"rules": RULES}
        dictionary = await host.store.pronunciation_dictionaries.create("names", fields, status="active")
        assert await _spoken_with(host, dictionary.resource_id) == Pronunciations.compiled(RULES)


@pytest.mark.parametrize("dictionary_id", ["", "pd_that_is_gone"])
async def test_without_a_dictionary_words_are_said_as_ever(tmp_path: Path, dictionary_id: str) -> None:
    async with house(tmp_path) as host:
        assert await _spoken_with(host, dictionary_id) == NO_PRONUNCIATIONS
