"""Languages by the names that conversations give them."""

import pytest

from engine.conversation.languages import iso_code


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("english", "en"),
        (" English ", "en"),
        ("en-US", "en"),
        ("de", "de"),
        ("multilingual", "en"),
        ("Klingon", "klingon"),
        ("", ""),
    ],
)
def test_names_and_codes(name: str, code: str) -> None:
    assert iso_code(name) == code
