"""The table of languages is what the catalogue says."""

import re
from pathlib import Path

import pytest

from models.catalogue import Catalogue, HubSource, load_catalogue
from models.language_table import BASIC, LanguageRow, as_markdown, commands_for, language_here, language_rows
from models.languages import LANGUAGES
from models.selection import Installed
from models.tiers import Tier

README = Path(__file__).resolve().parents[2] / "README.md"
FREE = re.compile(r"public domain|CC0-1\.0|CC-BY-4\.0|CC-BY-SA-4\.0|Unlicense|Apache-2\.0|MIT", re.IGNORECASE)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture(scope="module")
def rows(catalogue: Catalogue) -> list[LanguageRow]:
    return language_rows(catalogue)


def row_of(rows: list[LanguageRow], code: str) -> LanguageRow:
    return next(row for row in rows if row.code == code)


def installed(name: str, task: str, *languages: str, default: bool = False) -> Installed:
    return Installed(name, task, languages, "MIT", Tier.CPU, default, 1000, Path("/models") / name, "test")


def test_the_readme_shows_the_table_of_the_catalogue(rows: list[LanguageRow]) -> None:
    shown = README.read_text("utf-8").split("<!-- languages: visavis voices languages --markdown -->")[1]
    assert shown.split("<!-- /languages -->")[0].strip() == as_markdown(rows), (
        "write it anew with: visavis voices languages --markdown"
    )


def test_every_language_is_there_with_recognisers_and_a_voice_or_the_reason_why_not(rows: list[LanguageRow]) -> None:
    assert [row.language for row in rows] == [language.name for language in LANGUAGES]
    for row in rows:
        assert "whisper-small" in row.recognisers
        assert row.voices or row.note
    assert row_of(rows, "en").recognisers[0] == "whisper-tiny.en"
    assert "whisper-tiny.en" not in row_of(rows, "fr").recognisers


def test_every_voice_from_the_hub_has_its_language_and_a_licence_that_lets_anyone_use_it(catalogue: Catalogue) -> None:
    from_hub = [
        model
        for model in catalogue.models
        if model.task == "tts" and any(isinstance(source, HubSource) for source in model.sources)
    ]
    codes = {language.code for language in LANGUAGES}
    assert len(from_hub) > 25
    for voice in from_hub:
        assert set(voice.languages) <= codes
        assert FREE.search(voice.licence), f"{voice.name}: {voice.licence}"
        assert not re.search(r"\bNC\b|non-?commercial|unknown", voice.licence, re.IGNORECASE), voice.name


def test_every_mapped_path_of_the_hub_stands_below_its_language_and_has_its_licence(rows: list[LanguageRow]) -> None:
    mapped = [(row, voice) for row in rows for voice in row.voices if voice.hub]
    assert len({row.code for row, _ in mapped}) >= 24
    for row, voice in mapped:
        locale, speaker, quality = voice.name.split("-")
        assert voice.hub == f"rhasspy/piper-voices/{row.code}/{locale}/{speaker}/{quality}/{voice.name}.onnx"
        assert voice.licence
        assert voice.quality == quality


def test_lessac_is_not_there_and_what_started_from_it_says_so(rows: list[LanguageRow]) -> None:
    voices = [voice for row in rows for voice in row.voices]
    assert not any("lessac" in voice.name for voice in voices)
    assert not any("lessac" in voice.licence for voice in row_of(rows, "en").voices)
    marked = [line for line in as_markdown(rows).splitlines() if line.startswith("|") and "¹" in line]
    assert len(marked) == sum("started from lessac" in voice.licence for voice in voices) > 0


def test_what_nothing_speaks_is_said_openly(rows: list[LanguageRow]) -> None:
    table = as_markdown(rows)
    assert re.search(r"^\| Filipino \(`tl`\) \| good \| none \| - \| Piper has no voice.*\|$", table, re.MULTILINE)
    assert re.search(
        r"^\| Korean \(`ko`\) \| very good \| basic \| basic \| .*non-commercial.*\|$", table, re.MULTILINE
    )


def test_what_is_here_is_found_by_language() -> None:
    store = [
        installed("whisper-small", "stt", "*"),
        installed("de_DE-thorsten-medium", "tts", "de"),
        installed("qwen", "llm", "*"),
    ]
    here = {language.code: language_here(language, store) for language in LANGUAGES}
    assert (here["de"].heard_by, here["de"].spoken_by) == ("whisper-small", "de_DE-thorsten-medium")
    assert (here["fr"].spoken_by, here["fr"].installed) == (BASIC, True)
    assert (here["ja"].spoken_by, here["ja"].installed) == ("", False)
    english_alone = [installed("whisper-tiny.en", "stt", "en")]
    assert not language_here(next(language for language in LANGUAGES if language.code == "fr"), english_alone).installed


def test_commands_bring_what_is_missing(rows: list[LanguageRow]) -> None:
    french, japanese, korean = (row_of(rows, code) for code in ("fr", "ja", "ko"))
    assert commands_for(french, heard=False, spoken=False) == (
        "visavis models pull whisper-small",
        "visavis models pull fr_FR-siwis-medium",
    )
    assert commands_for(french, heard=True, spoken=True) == ()
    assert commands_for(japanese, heard=True, spoken=False) == ("visavis voices import DIR",)
    assert commands_for(korean, heard=True, spoken=False) == ()


def test_every_command_names_a_model_of_the_catalogue(rows: list[LanguageRow], catalogue: Catalogue) -> None:
    for row in rows:
        for command in commands_for(row, heard=False, spoken=False):
            if command.startswith("visavis models pull "):
                assert catalogue.get(command.rsplit(" ", 1)[1])
