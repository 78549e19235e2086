"""Which of several languages a sound is in."""

from engine.layers.stt.spoken_language import LanguageQuestion

FOUND = [("de", 0.5), ("nl", 0.3), ("en", 0.1), ("af", 0.1)]


def test_among_those_in_question_the_clear_one_is_believed() -> None:
    assert LanguageQuestion("en", frozenset({"de", "fr"})).answer(FOUND) == "de"


def test_where_it_is_not_clear_the_expected_one_stays() -> None:
    assert LanguageQuestion("en", frozenset({"de", "nl"})).answer(FOUND) == "en"
    assert LanguageQuestion("nl", frozenset({"de", "en"})).answer(FOUND) == "nl"


def test_without_others_or_without_any_probability_nothing_changes() -> None:
    assert LanguageQuestion("en").answer(FOUND) == "en"
    assert LanguageQuestion("fr", frozenset({"de"})).answer([]) == "fr"
    assert LanguageQuestion("fr", frozenset({"de"})).answer([("de", float("nan"))]) == "fr"
