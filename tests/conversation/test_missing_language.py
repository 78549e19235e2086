"""What is said to somebody who asks for a language that is not installed."""

import pytest

from engine.conversation.missing_language import missing_language


@pytest.mark.parametrize(
    ("wished", "code", "heard", "told"),
    [
        (
            "French",
            "fr",
            False,
            "properties.language: 'French' is not accepted; installed: English; no recogniser for French is here; get it with "
            "`visavis models pull whisper-small` and `visavis models pull fr_FR-siwis-medium`, then start the appliance again",
        ),
        (
            "korean",
            "ko",
            False,
            "properties.language: 'korean' is not accepted; installed: English; no recogniser for Korean is here; get it with "
            "`visavis models pull whisper-small`, then start the appliance again",
        ),
        (
            "multilingual",
            None,
            False,
            "properties.language: 'multilingual' is not accepted; installed: English; the recogniser that is here knows one language; "
            "get one of many with `visavis models pull whisper-small`, then start the appliance again",
        ),
    ],
)
def test_it_names_what_is_missing_and_the_commands(wished: str, code: str | None, heard: bool, told: str) -> None:
    assert str(missing_language(wished, code, heard=heard, here=["en"])) == told


def test_what_nobody_can_speak_is_said_to_be_so() -> None:
    text = str(missing_language("Japanese", "ja", heard=True, here=["en", "de"]))
    assert "installed: English, German" in text
    assert "no voice for Japanese is known (Piper's voice is trained on recordings for non-commercial use" in text
    assert text.endswith("may be imported; get it with `visavis voices import DIR`")


def test_many_languages_are_counted_and_none_is_said_too() -> None:
    many = ["en", "fr", "de", "es", "pt", "zh", "hi", "it", "ko", "nl", "pl", "ru", "sv", "tr"]
    assert "Russian and 2 more;" in str(missing_language("Japanese", "ja", heard=True, here=many))
    assert "no language is installed" in str(missing_language("French", "fr", heard=False, here=[]))
