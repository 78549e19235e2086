"""The voice of a call: for each clause the one of the language that is spoken."""

from engine.conversation.call_language import CallLanguage
from engine.conversation.call_voice import CallVoice, wished_voice
from engine.layers.tts.style import SpeakingStyle
from engine.layers.tts.voice_pool import VoicePool
from tests.fakes.voices import NamedTone, Shelf

ENGLISH = "What would you like to do with it today?"
GERMAN = "Das ist eine gute Frage, und ich habe nicht die Antwort."


def call_voice(shelf: Shelf, language: CallLanguage, **more: object) -> CallVoice:
    return CallVoice(VoicePool(NamedTone("own", "en-US"), shelf), language, **more)  # type: ignore[arg-type]


def test_a_call_in_one_language_speaks_every_clause_in_it() -> None:
    shelf = Shelf("de")
    voice = call_voice(shelf, CallLanguage("de"))
    voice.speak(ENGLISH, style=SpeakingStyle(speed=1.2))
    voice.speak(GERMAN)
    assert shelf.voices["voice-de"].spoken == [ENGLISH, GERMAN]
    assert shelf.voices["voice-de"].styles[0].speed == 1.2
    assert (voice.name, voice.language, voice.basic) == ("voice-de", "de", False)


def test_a_multilingual_call_speaks_with_the_voice_of_the_language_that_was_heard_last() -> None:
    shelf, language = Shelf("de", "fr", basic=("ko",)), CallLanguage("en", frozenset({"de", "fr", "ko"}))
    voice = call_voice(shelf, language)
    voice.open()
    names = [voice.name]
    for code in ("de", "fr", "de", "en", "ko"):
        language.heard(code)
        voice.speak("OK.")
        names.append(voice.name)
    assert names == ["own", "voice-de", "voice-fr", "voice-de", "own", "basic"]
    assert voice.basic
    assert shelf.opened == ["voice-de de", "voice-fr fr", "basic ko"]


def test_where_nobody_was_heard_the_words_tell_the_language() -> None:
    shelf = Shelf("de", "ko")
    voice = call_voice(shelf, CallLanguage("en", frozenset({"de", "ko"})))
    for text, name in ((ENGLISH, "own"), (GERMAN, "voice-de"), ("좋은 질문이네요.", "voice-ko"), ("OK.", "voice-ko")):
        voice.speak(text)
        assert voice.name == name, text


def test_the_own_voice_of_a_replica_speaks_its_language_alone() -> None:
    shelf, language = Shelf("de"), CallLanguage("en", frozenset({"de"}))
    voice = call_voice(shelf, language, own=NamedTone("cloned", "en"))
    voice.speak(ENGLISH)
    assert voice.name == "cloned"
    language.heard("de")
    voice.speak(GERMAN)
    assert voice.name == "voice-de"


def test_a_voice_that_a_persona_names_speaks_where_it_is_here_and_fits() -> None:
    named = {"tts": {"tts_engine": "Piper", "external_voice_id": "basic"}}
    assert wished_voice(named) == "basic"
    assert wished_voice({"tts": {"tts_engine": "piper", "voice_id": "x"}}) == "x"
    assert wished_voice({"tts": {"tts_engine": "cartesia", "external_voice_id": "basic"}}) == ""
    assert wished_voice({}) == ""
    for name, speaks in (("basic", "basic"), ("gone", "voice-de"), ("own", "voice-de")):
        voice = call_voice(Shelf("de", basic=("de",)), CallLanguage("de"), name=name)
        voice.speak(GERMAN)
        assert voice.name == speaks
