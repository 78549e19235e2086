"""Which voice speaks a language."""

from pathlib import Path

import pytest

from models.selection import Installed
from models.tiers import Tier
from models.voices import best_voice, locale_of, quality_of


def voice(name: str, code: str, *, size: int = 1000, default: bool = False, tier: Tier = Tier.CPU) -> Installed:
    return Installed(name, "tts", (code,), "MIT", tier, default, size, Path("/models") / name, "test")


SHELF = [
    voice("es_ES-davefx-medium", "es"),
    voice("es_MX-ald-medium", "es", size=2000),
    voice("en_US-ljspeech-medium", "en"),
    voice("en_GB-cori-high", "en", size=5000),
    voice("en_US-ljspeech-high", "en", size=4000),
    voice("own-woman", "en", default=True),
    voice("de_DE-giant-high", "de", tier=Tier.GPU24),
    Installed("whisper-small", "stt", ("*",), "MIT", Tier.CPU, False, 9000, Path("/models/w"), "test"),
]


@pytest.mark.parametrize(
    ("tag", "prefer", "name"),
    [
        ("es", "", "es_ES-davefx-medium"),
        ("es-MX", "", "es_MX-ald-medium"),
        ("es-AR", "", "es_MX-ald-medium"),
        ("en", "", "en_US-ljspeech-high"),
        ("en-GB", "", "en_GB-cori-high"),
        ("en", "own-woman", "own-woman"),
        ("en", "es_ES-davefx-medium", "en_US-ljspeech-high"),
        ("fr", "", None),
        ("de", "", None),
    ],
)
def test_the_region_counts_first_then_what_was_fetched_on_purpose(tag: str, prefer: str, name: str | None) -> None:
    found = best_voice(SHELF, tag, Tier.CPU, prefer)
    assert (found.name if found else None) == name


def test_what_was_fetched_comes_before_the_default_set_whatever_its_region() -> None:
    shelf = [voice("en_US-shipped-medium", "en", default=True), voice("en_GB-cori-medium", "en")]
    assert best_voice(shelf, "en", Tier.CPU) == shelf[1]
    assert best_voice(shelf[:1], "en", Tier.CPU) == shelf[0]


def test_names_of_piper_tell_locale_and_quality() -> None:
    assert (locale_of("pt_BR-faber-medium"), quality_of("pt_BR-faber-medium")) == ("pt-BR", "medium")
    assert (locale_of("my voice"), quality_of("de_DE-x-huge")) == ("", "")
