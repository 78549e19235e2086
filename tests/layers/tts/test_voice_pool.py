"""The pool opens the voice of a language once, when it is first needed, and keeps a few."""

import threading
from concurrent.futures import ThreadPoolExecutor

from engine.layers.tts.voice_pool import VoiceChoice, VoicePool
from tests.fakes.voices import NamedTone, Shelf

OWN = NamedTone("own", "en-US")


def test_a_voice_is_opened_when_it_is_first_needed_and_kept() -> None:
    shelf = Shelf("de", "fr")
    pool = VoicePool(OWN, shelf)
    assert shelf.opened == []
    assert pool.voice("en") is pool.voice("en-US") is OWN
    assert pool.voice("de") is pool.voice("de")
    assert shelf.opened == ["voice-de de"]
    pool.close()


def test_no_more_are_kept_than_there_is_room_for_the_longest_unused_goes() -> None:
    shelf = Shelf("de", "fr", "es")
    pool = VoicePool(OWN, shelf, keep=2)
    german = pool.voice("de")
    pool.voice("fr")
    assert pool.voice("de") is german
    pool.voice("es")
    pool.voice("de")
    pool.voice("fr")
    assert shelf.opened == ["voice-de de", "voice-fr fr", "voice-es es", "voice-fr fr"]
    assert german.speak("Wer noch mit ihr spricht, behält sie.").samples.size
    pool.close()


def test_what_nothing_speaks_the_default_voice_says() -> None:
    pool = VoicePool(OWN, Shelf("de"))
    assert pool.choice("ja") is None
    assert pool.voice("ja") is OWN
    assert VoicePool(OWN).voice("de") is OWN
    assert pool.languages() == {"en", "de"}
    pool.close()


def test_the_last_resort_is_marked_and_gives_way_to_a_voice_that_was_fetched_meanwhile() -> None:
    shelf = Shelf(basic=("en", "de"))
    default = NamedTone("basic", "en-US", basic=True)
    pool = VoicePool(default, shelf)
    assert pool.voice("en") is default
    assert pool.voice("de").basic
    shelf.codes += ["en", "de"]
    assert [pool.voice(code).name for code in ("en", "de")] == ["voice-en", "voice-de"]
    pool.close()


def test_a_voice_by_name_speaks_only_its_own_language() -> None:
    pool = VoicePool(OWN, Shelf("de", basic=("de",)))
    assert pool.choice("de", "basic") == VoiceChoice("basic", "de", basic=True)
    assert pool.choice("en", "voice-de") is None
    assert pool.choice("de", "own") is None
    assert pool.choice("en", "own") == VoiceChoice("own", "en-US")
    pool.close()


def test_one_that_does_not_load_is_replaced_and_tried_again_later() -> None:
    shelf = Shelf("de")
    shelf.damaged.add("voice-de")
    pool = VoicePool(OWN, shelf)
    assert pool.voice("de") is OWN
    shelf.damaged.clear()
    assert pool.voice("de").name == "voice-de"
    pool.close()


def test_whoever_speaks_with_another_voice_does_not_wait_while_one_is_opened() -> None:
    shelf = Shelf("de", "fr")
    gate = shelf.gates["voice-de"] = threading.Event()
    pool = VoicePool(OWN, shelf)
    pool.voice("fr")
    with ThreadPoolExecutor(2) as callers:
        first, second = callers.submit(pool.voice, "de"), callers.submit(pool.voice, "de")
        assert pool.voice("fr").name == "voice-fr"
        gate.set()
        assert first.result(60) is second.result(60)
    assert shelf.opened.count("voice-de de") == 1
    pool.close()


def test_a_voice_can_be_opened_ahead() -> None:
    shelf = Shelf("de")
    pool = VoicePool(OWN, shelf)
    assert pool.prepare("de").result(60).name == "voice-de"
    assert pool.background(lambda: len(shelf.opened)).result(60) == 1
    pool.close()
