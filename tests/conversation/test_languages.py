"""Languages by the names that conversations give them."""

import pytest

from engine.conversation.languages import accepted_languages, is_language, iso_code


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("english", "en"),
        (" English ", "en"),
        ("ENGLISH (New Zealand)", "en"),
        ("French (Canada)", "fr"),
        ("Spanish (Mexico)", "es"),
        ("Portuguese - Brazil", "pt"),
        ("Arabic (UAE)", "ar"),
        ("Arabic(Saudi Arabia)", "ar"),
        ("Filipino", "tl"),
        ("Norwegian", "no"),
        ("Thai", "th"),
        ("en-US", "en"),
        ("pt_BR", "pt"),
        ("de", "de"),
    ],
)
def test_names_variants_and_codes_are_known(name: str, code: str) -> None:
    assert iso_code(name) == code
    assert is_language(name)


@pytest.mark.parametrize("name", ["Klingon", "", "e", "xx", "French (Mars)", "English (", "English\nGerman", "中文"])
def test_what_is_no_language_is_told_from_those_that_are(name: str) -> None:
    assert iso_code(name) is None
    assert not is_language(name)


def test_multilingual_is_a_wish_and_no_language() -> None:
    assert iso_code("Multilingual") is None
    assert is_language("Multilingual")


def test_every_name_that_is_offered_is_accepted() -> None:
    names = accepted_languages().split(", ")
    assert len(names) > 42
    assert all(is_language(name) for name in names)
