"""The dictionary that a persona names, as its voice reads it."""

from engine.conversation.voice_settings import persona_pronunciations, speaking_style
from engine.layers.tts.pronunciations import NO_PRONUNCIATIONS
from engine.store.opening import Store

RULE = {
    "text": "Visavis",
    "pronunciation": "vee za vee",
    "type": "alias",
    "case_sensitive": False,
    "word_boundaries": True,
}


async def test_the_rules_of_the_dictionary_become_part_of_the_style(store: Store) -> None:
    dictionary = await store.pronunciation_dictionaries.create("d", {"rules": [RULE]}, status="active")
    layers = {"tts": {"pronunciation_dictionary_id": dictionary.resource_id}}
    found = await persona_pronunciations(layers, store.pronunciation_dictionaries)
    assert [(entry.text, entry.said, entry.ipa) for entry in found.entries] == [("Visavis", "vee za vee", False)]
    assert speaking_style(layers, found).pronunciations is found


async def test_without_a_dictionary_or_when_it_is_gone_there_are_none(store: Store) -> None:
    nobody: list[dict[str, object]] = [{}, {"tts": {}}, {"tts": {"pronunciation_dictionary_id": "pdgone"}}]
    for layers in nobody:
        assert await persona_pronunciations(layers, store.pronunciation_dictionaries) is NO_PRONUNCIATIONS
