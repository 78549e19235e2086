"""What is said to somebody who asks for a language that is not installed."""

from collections.abc import Sequence

from engine.errors import InvalidInputError
from models.catalogue import load_catalogue
from models.language_table import FIRST_RECOGNISER, LanguageRow, commands_for, language_rows
from models.languages import language_of

FIELD = "properties.language"
MOST_NAMED = 12
"""Installed languages that an error names."""


def missing_language(wished: str, code: str | None, *, heard: bool, here: Sequence[str]) -> InvalidInputError:
    """Return the error that says what is missing for `wished` and which commands bring it.

    `code`: ISO 639-1, None for `multilingual`; `here`: codes of the languages that calls can be held in.
    """
    if code is None:
        missing = f"the recogniser that is here knows one language; get one of many with `visavis models pull {FIRST_RECOGNISER}`"
    else:
        row = next(row for row in language_rows(load_catalogue()) if row.code == code)
        missing = _missing(row, heard=heard)
    # A recogniser is loaded when the appliance starts, voices when they are needed.
    again = "" if heard else ", then start the appliance again"
    return InvalidInputError(FIELD, wished, f"{_named(here)}; {missing}{again}")


def _missing(row: LanguageRow, *, heard: bool) -> str:
    what = [] if heard else [f"no recogniser for {row.language} is here"]
    # The basic voice would do where it speaks the language: then only the recogniser is missing, and a better voice is offered.
    if not row.basic_voice and not row.voices:
        what.append(f"no voice for {row.language} is known ({row.note}), but one in the Piper format may be imported")
    elif heard:
        what.append(f"no voice for {row.language} is here")
    commands = " and ".join(f"`{command}`" for command in commands_for(row, heard=heard, spoken=False))
    return f"{' and '.join(what)}; get it with {commands}"


def _named(here: Sequence[str]) -> str:
    names = [language.name for code in here if (language := language_of(code)) is not None]
    shown = ", ".join(names[:MOST_NAMED]) + (f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else "")
    return f"installed: {shown}" if shown else "no language is installed"
