"""In which language a call is held."""

from engine.conversation.call_language import CallLanguage, spoken_languages


def test_a_call_in_one_language_stays_in_it() -> None:
    language = CallLanguage("es-MX")
    assert (language.code, language.multilingual) == ("es", False)
    assert not language.heard("fr")
    assert language.tag == "es-MX"
    assert spoken_languages(language) == "Speak Spanish."
    assert spoken_languages(CallLanguage("en")) == ""


def test_a_multilingual_call_follows_what_it_hears_among_what_it_can_speak() -> None:
    language = CallLanguage("en-GB", frozenset({"de", "fr"}))
    assert language.multilingual
    assert language.heard("de")
    assert not language.heard("de"), "it is that already"
    assert not language.heard("ja")
    assert not language.heard("")
    assert language.tag == "de"
    assert language.heard("en")
    assert language.tag == "en-GB", "back to the variant that it began in"
    assert "last spoken to" in spoken_languages(language)
