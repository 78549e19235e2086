"""What is said when the language model fails."""

import pytest

from engine.conversation.apologies import _APOLOGIES, apology
from engine.conversation.clauses import ClauseSplitter
from models.languages import LANGUAGES, language_of


def test_it_is_said_in_the_language_of_the_call_whatever_its_region() -> None:
    assert apology("de") == apology("de-AT") == apology("de_DE")
    assert apology("de")[0].startswith("Entschuldigung")
    assert apology("en-US")[0].startswith("I'm sorry")


@pytest.mark.parametrize("language", ["", "xx", "ka"])
def test_it_is_said_in_english_where_nobody_knows_better(language: str) -> None:
    assert apology(language) == apology("en")


def test_it_is_there_in_most_languages_of_the_product_and_in_no_other() -> None:
    assert all(language_of(code) is not None for code in _APOLOGIES)
    assert len(_APOLOGIES) > len(LANGUAGES) / 2
    assert len(set(_APOLOGIES.values())) == len(_APOLOGIES)


@pytest.mark.parametrize("code", sorted(_APOLOGIES))
def test_each_part_can_be_spoken_as_it_stands(code: str) -> None:
    for clause in apology(code):
        splitter = ClauseSplitter()
        assert "".join([*splitter.feed(clause), *splitter.flush()]).replace(" ", "") == clause.replace(" ", "")
