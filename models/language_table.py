"""What each language has: recognisers and voices of the catalogue, with quality and licence, and what of it is here."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from models.catalogue import ANY_LANGUAGE, Catalogue, HubSource, Model
from models.languages import LANGUAGES, Hearing, Language
from models.progress import readable_size
from models.selection import Installed, choose, speaks
from models.tiers import Tier
from models.voices import best_voice, quality_of

BASIC = "basic"
"""The name under which the voice of last resort is listed; it needs no download."""
FIRST_RECOGNISER = "whisper-small"
"""What is suggested to somebody who has no recogniser of many languages: it runs on a CPU."""


@dataclass(frozen=True, slots=True)
class MappedVoice:
    """A voice of the catalogue that speaks a language."""

    name: str
    quality: str
    """Piper's word for it: x_low and low (16 kHz), medium and high (22 kHz); empty where the name does not say."""
    licence: str
    """Of the recordings that it was trained on."""
    size: int
    """Bytes."""
    size_exact: bool
    hub: str
    """Repository and path of the network on the model hub; empty for one that is not from there."""


@dataclass(frozen=True, slots=True)
class LanguageRow:
    """What the catalogue has for one language."""

    language: str
    """The full English name."""
    code: str
    """ISO 639-1."""
    recognition: Hearing
    """By the largest recogniser."""
    recognisers: tuple[str, ...]
    """Catalogue names, the smallest first."""
    voices: tuple[MappedVoice, ...]
    """The first is the one that is suggested."""
    basic_voice: bool
    """Whether the basic voice speaks the language where no other one is here."""
    note: str
    """Why there is no better voice."""

    def as_json(self) -> dict[str, Any]:
        """Return the values that JSON knows."""
        return {**asdict(self), "recognition": str(self.recognition)}


@dataclass(frozen=True, slots=True)
class LanguageHere:
    """What of it is in the store."""

    heard_by: str
    """The recogniser that understands the language; empty: none."""
    spoken_by: str
    """The voice that speaks it, or `basic`; empty: none."""

    @property
    def installed(self) -> bool:
        """Whether a conversation can be held in the language."""
        return bool(self.heard_by and self.spoken_by)


def language_rows(catalogue: Catalogue) -> list[LanguageRow]:
    """Return every language that conversations may name, with what the catalogue has for it."""
    return [_row(language, catalogue) for language in LANGUAGES]


def language_here(
    language: Language, installed: Sequence[Installed], tier: Tier = Tier.CPU, prefer: str = ""
) -> LanguageHere:
    """Return what of the models in the store serves a language on a machine of that tier."""
    recogniser = choose([model for model in installed if model.task == "stt"], language.code, tier)
    voice = best_voice(installed, language.code, tier, prefer)
    last_resort = BASIC if language.basic_voice else ""
    return LanguageHere(recogniser.name if recogniser else "", voice.name if voice else last_resort)


def commands_for(row: LanguageRow, *, heard: bool, spoken: bool) -> tuple[str, ...]:
    """Return the commands that bring what is missing; `spoken` counts a voice better than the basic one."""
    wanted = [] if heard else [FIRST_RECOGNISER]
    if not spoken:
        wanted += [voice.name for voice in row.voices[:1]]
    commands = [f"visavis models pull {name}" for name in wanted]
    if not spoken and not row.voices and not row.basic_voice:
        commands.append("visavis voices import DIR")
    return tuple(commands)


def as_markdown(rows: Iterable[LanguageRow]) -> str:
    """Return the table as Markdown, one line a voice, with its legend."""
    lines = [
        "| language | recognised | voice | quality | its recordings | size |",
        "| --- | --- | --- | --- | --- | --- |",
        *(f"| {' | '.join(cells)} |" for row in rows for cells in _cells(row)),
    ]
    return "\n".join((*lines, "", LEGEND))


LEGEND = (
    "Recognised: by `whisper-large-v3`, after the error rates that its makers published for read speech (very good: up to 6 % of the "
    "words, good: 13 %,\nfair: 30 %, weak: more); `whisper-small` and `whisper-base`, which suit a CPU, are one or two steps worse, and "
    "`whisper-tiny.en` of the default set\nknows English alone. Quality: Piper's own words. Basic: espeak-ng, clear and robotic, always "
    "there.\n¹ Its training on these recordings started from the weights of `lessac`, whose own recordings are for research only; "
    "whether that binds the voice is an\nopen question."
)

_FROM_LESSAC = "started from lessac"


def _row(language: Language, catalogue: Catalogue) -> LanguageRow:
    recognisers = [
        model for model in catalogue.models if model.task == "stt" and speaks(model.languages, language.code)
    ]
    voices = [model for model in catalogue.models if model.task == "tts" and speaks(model.languages, language.code)]
    return LanguageRow(
        language=language.name,
        code=language.code,
        recognition=language.hearing,
        recognisers=tuple(model.name for model in sorted(recognisers, key=lambda model: model.size)),
        voices=tuple(_mapped(model) for model in voices if ANY_LANGUAGE not in model.languages),
        basic_voice=language.basic_voice,
        note=language.note,
    )


def _mapped(model: Model) -> MappedVoice:
    paths = [
        f"{source.repository}/{remote}"
        for source in model.sources
        if isinstance(source, HubSource)
        for path, remote in source.files.items()
        if path.endswith(".onnx")
    ]
    return MappedVoice(
        name=model.name,
        quality=quality_of(model.name),
        licence=model.licence,
        size=model.size,
        size_exact=model.size_exact,
        hub=paths[0] if paths else "",
    )


def _cells(row: LanguageRow) -> list[tuple[str, ...]]:
    head = (f"{row.language} (`{row.code}`)", str(row.recognition))
    if not row.voices and row.basic_voice:
        return [(*head, "basic", "basic", row.note, "-")]
    if not row.voices:
        return [(*head, "none", "-", row.note, "-")]
    return [
        (*(head if number == 0 else ("", "")), f"`{voice.name}`", voice.quality or "-", _licence(voice), _size(voice))
        for number, voice in enumerate(row.voices)
    ]


def _licence(voice: MappedVoice) -> str:
    own, _, started = voice.licence.partition(";")
    return f"{own} ¹" if started.strip().startswith(_FROM_LESSAC) else voice.licence


def _size(voice: MappedVoice) -> str:
    return ("" if voice.size_exact else "~") + readable_size(voice.size)
