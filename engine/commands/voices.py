"""`visavis voices`: what speaks here, in which languages, and how it sounds."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from engine.commands.installation import home_option, json_option, settings_with, show_json, show_table
from engine.commands.voice_cloning import clone, forget
from engine.commands.voice_training import train
from engine.conversation.languages import accepted_languages, language_tag
from engine.errors import InvalidInputError, ModelUnavailableError, VisavisError
from engine.layers.tts.cloned_voice_state import cloned_voices
from engine.layers.tts.protocol import Voice
from engine.settings import Settings
from models.catalogue import load_catalogue
from models.errors import ModelError
from models.language_table import (
    BASIC,
    LanguageHere,
    LanguageRow,
    as_markdown,
    commands_for,
    language_here,
    language_rows,
)
from models.languages import LANGUAGES, primary_code
from models.listing import ListedModel, listed_models
from models.progress import readable_size
from models.selection import Installed
from models.store import ModelStore
from models.voice_import import find_voice, import_voice
from models.voices import quality_of

BASIC_LICENCE = "GPL-3.0-or-later (espeak-ng)"
CLONED_LICENCE = "the person's own, with their declared consent"


@click.group()
def voices() -> None:
    """The voices: what is here, what there is to get, in which languages."""


voices.add_command(clone)
voices.add_command(forget)
voices.add_command(train)


@dataclass(frozen=True, slots=True)
class ListedVoice:
    """A voice, as it is shown."""

    name: str
    languages: tuple[str, ...]
    """ISO 639-1 codes."""
    quality: str
    licence: str
    size: int
    """Bytes."""
    installed: bool
    basic: bool
    """Whether it is the voice of last resort."""
    note: str

    def as_json(self) -> dict[str, Any]:
        """Return the values that JSON knows."""
        return {
            "voice_name": self.name,
            "languages": list(self.languages),
            "quality": self.quality,
            "licence": self.licence,
            "size_bytes": self.size,
            "installed": self.installed,
            "basic": self.basic,
            "note": self.note,
        }


@voices.command("list")
@click.option("--installed", "here_only", is_flag=True, help="Only what is here.")
@click.option("--language", metavar="NAME", help="Only what speaks this language, such as French or fr.")
@home_option
@json_option
def list_voices(here_only: bool, language: str | None, home: Path | None, as_json: bool) -> None:
    """List voices: those of the store, those that can be fetched, and the basic one, which is always there."""
    code = None if language is None else primary_code(_tag(language))
    found = _listed(settings_with(home=home))
    shown = [
        voice for voice in found if (voice.installed or not here_only) and (code is None or code in voice.languages)
    ]
    if as_json:
        show_json([voice.as_json() for voice in shown])
        return
    show_table(("VOICE", "LANGUAGES", "QUALITY", "SIZE", "HERE", "LICENCE"), [_voice_cells(voice) for voice in shown])
    click.echo(
        "Get one with `visavis models pull VOICE`; hear one with `visavis voices say TEXT --voice VOICE --out FILE`."
    )


@voices.command("languages")
@click.option("--markdown", is_flag=True, help="The table of the catalogue alone, as it stands in the README.")
@home_option
@json_option
def list_languages(markdown: bool, home: Path | None, as_json: bool) -> None:
    """Show, for every language, how well it is recognised, which voices there are, and what of it is here."""
    rows = language_rows(load_catalogue())
    if markdown:
        click.echo(as_markdown(rows))
        return
    from engine.loading import machine_tier

    settings, tier = settings_with(home=home), machine_tier()
    installed = _installed(settings)
    states = [language_here(language, installed, tier, settings.voice) for language in LANGUAGES]
    if as_json:
        show_json([_language_json(row, here) for row, here in zip(rows, states, strict=True)])
        return
    head = ("LANGUAGE", "CODE", "RECOGNISED", "HEARD BY", "SPOKEN BY", "VOICES TO GET")
    show_table(head, [_language_cells(row, here) for row, here in zip(rows, states, strict=True)])
    click.echo(
        "RECOGNISED: by the largest recogniser. - : nothing here. "
        "Get a recogniser of all languages with `visavis models pull whisper-small`, a voice with `visavis models pull VOICE`."
    )


@voices.command("say")
@click.argument("text")
@click.option("--voice", "voice_name", metavar="NAME", help="The voice [the best one of the language that is here].")
@click.option(
    "--language", metavar="NAME", help="The language, such as French or fr [that of the voice, or the settings]."
)
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The WAV file to write; nothing is played.",
)
@home_option
@json_option
def say(text: str, voice_name: str | None, language: str | None, out: Path, home: Path | None, as_json: bool) -> None:
    """Speak TEXT into a WAV file."""
    from engine.commands.voice_files import speak_to_file

    settings = settings_with(home=home)
    tag = None if language is None else _tag(language)
    voice = cloned_voice_named(settings, voice_name) or _stored(settings, voice_name, tag)
    if voice_name != BASIC and voice_name and tag is not None and primary_code(voice.language) != primary_code(tag):
        raise InvalidInputError("--language", language, f"the language of {voice_name} ({voice.language}) is")
    spoken = speak_to_file(voice, text, out)
    if as_json:
        show_json(spoken.as_json())
        return
    basic = " (the basic voice)" if spoken.basic else ""
    click.echo(
        f"{out}: {spoken.seconds:.2f} s spoken by {spoken.voice}{basic} in {spoken.language}, "
        f"made in {spoken.took:.2f} s (real-time factor {spoken.realtime_factor:.3f})"
    )


@voices.command("import")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--name", help="What it is to be called here [the name of its file].")
@click.option(
    "--licence", metavar="TEXT", help="Under which licence it may be used [what a MODEL_CARD beside it says]."
)
@home_option
@json_option
def import_from_folder(path: Path, name: str | None, licence: str | None, home: Path | None, as_json: bool) -> None:
    """Take a voice in the Piper format into the store: a folder with X.onnx and X.onnx.json, or one of the two files."""
    from engine.commands.voice_files import check_that_it_speaks

    settings = settings_with(home=home)
    try:
        found = find_voice(path)
        check_that_it_speaks(found.network, found.config)
        model = import_voice(ModelStore(settings.home), load_catalogue(), found, name=name or "", licence=licence or "")
    except ModelError as error:
        raise VisavisError(str(error)) from error
    if as_json:
        show_json(
            {
                "voice_name": model.name,
                "languages": list(model.languages),
                "licence": model.licence,
                "size_bytes": model.size,
            }
        )
        return
    size = readable_size(model.size)
    click.echo(f"{model.name} ({', '.join(model.languages)}, {size}, licence: {model.licence}) is in the store.")


def cloned_voice_named(settings: Settings, name: str | None) -> Voice | None:
    """Load the cloned voice of this name, if there is one; blocking."""
    if name not in {note.name for note in cloned_voices(settings.home)}:
        return None
    from engine.layers.tts.cloned_voice_pool import ClonedVoicePool

    return ClonedVoicePool(settings.home).voice(str(name))


def _stored(settings: Settings, name: str | None, tag: str | None) -> Voice:
    from engine.layers.tts.stored_voices import StoredVoices
    from engine.loading import machine_tier

    source = StoredVoices(ModelStore(settings.home), machine_tier(), settings.voice)
    named = source.named(name) if name else None
    if name and named is None:
        raise voice_not_here(name)
    wanted = tag or settings.language
    choice = named if named is not None and not named.basic else source.choose(wanted, name or "")
    if choice is None:
        raise _nothing_speaks(wanted)
    return source.open(choice)


def _tag(language: str) -> str:
    tag = language_tag(language)
    if tag is None:
        raise InvalidInputError("--language", language, f"one of {accepted_languages()} is")
    return tag


def _installed(settings: Settings) -> list[Installed]:
    try:
        return ModelStore(settings.home).installed()
    except (ModelError, OSError) as error:
        raise ModelUnavailableError(str(error)) from error


def _listed(settings: Settings) -> list[ListedVoice]:
    try:
        models = [row for row in listed_models(load_catalogue(), ModelStore(settings.home)) if row.task == "tts"]
    except (ModelError, OSError) as error:
        raise ModelUnavailableError(str(error)) from error
    spoken = tuple(language.code for language in LANGUAGES if language.basic_voice)
    basic = ListedVoice(BASIC, spoken, BASIC, BASIC_LICENCE, 0, True, True, "the last resort; needs no download")
    cloned = [
        ListedVoice(
            note.name, (primary_code(note.language),), "cloned", CLONED_LICENCE, 0, True, False, f"by {note.model}"
        )
        for note in cloned_voices(settings.home)
    ]
    return [*cloned, *sorted(map(_of_model, models), key=lambda voice: not voice.installed), basic]


def _of_model(model: ListedModel) -> ListedVoice:
    codes = tuple(primary_code(code) for code in model.languages)
    quality = quality_of(model.name)
    return ListedVoice(model.name, codes, quality, model.licence, model.size, model.installed, False, model.note)


def _voice_cells(voice: ListedVoice) -> tuple[str, ...]:
    codes = ", ".join(voice.languages) if len(voice.languages) <= 3 else f"{len(voice.languages)} languages"
    size = readable_size(voice.size) if voice.size else "-"
    return (voice.name, codes or "?", voice.quality or "-", size, "yes" if voice.installed else "-", voice.licence)


def _language_cells(row: LanguageRow, here: LanguageHere) -> tuple[str, ...]:
    more = ", ".join(voice.name for voice in row.voices if voice.name != here.spoken_by) or (row.note or "-")
    return (row.language, row.code, str(row.recognition), here.heard_by or "-", here.spoken_by or "-", more)


def _language_json(row: LanguageRow, here: LanguageHere) -> dict[str, Any]:
    better = bool(here.spoken_by) and here.spoken_by != BASIC
    return {
        **row.as_json(),
        "installed": here.installed,
        "heard_by": here.heard_by or None,
        "spoken_by": here.spoken_by or None,
        "get": list(commands_for(row, heard=bool(here.heard_by), spoken=better)),
    }


def voice_not_here(name: str) -> VisavisError:
    """Say of `--voice` how to get this one, or what is accepted."""
    if load_catalogue().find(name) is not None:
        return VisavisError(f"the voice {name!r} is not in the store; get it with `visavis models pull {name}`")
    return InvalidInputError("--voice", name, "a voice that `visavis voices list` shows is")


def _nothing_speaks(tag: str) -> VisavisError:
    row = next((row for row in language_rows(load_catalogue()) if row.code == primary_code(tag)), None)
    if row is None:
        return InvalidInputError("--language", tag, f"one of {accepted_languages()} is")
    commands = " or ".join(f"`{command}`" for command in commands_for(row, heard=True, spoken=False))
    reason = f" ({row.note})" if row.note else ""
    return VisavisError(f"no voice for {row.language} is here{reason}; get one with {commands}")
