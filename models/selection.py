"""Which of the models that are here suits a task, a language and a machine."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from models.catalogue import ANY_LANGUAGE
from models.tiers import Tier


@dataclass(frozen=True, slots=True)
class Installed:
    """A model in the store."""

    name: str
    task: str
    languages: tuple[str, ...]
    licence: str
    tier: Tier
    default: bool
    """Belongs to the set that every machine gets."""
    size: int
    """Bytes."""
    folder: Path
    source: str
    """Where it came from, in words."""
    dropped_in: bool = False
    """Put into the store by hand: no hash is known."""


def speaks(languages: Iterable[str], language: str) -> bool:
    """Whether a model with these languages serves `language`; regions do not matter."""
    wanted = _primary(language)
    return any(code == ANY_LANGUAGE or _primary(code) == wanted for code in languages)


def choose(candidates: Iterable[Installed], language: str, tier: Tier, prefer: str = "") -> Installed | None:
    """Return the preferred model, else the most capable one that speaks the language and fits the machine.

    What someone fetched on purpose comes before the default set of the same tier, a catalogue model before one dropped
    in, and the larger before the smaller.
    """
    fitting = []
    for candidate in candidates:
        if prefer and candidate.name == prefer:
            return candidate
        if tier.carries(candidate.tier) and speaks(candidate.languages, language):
            fitting.append(candidate)
    return max(fitting, key=_capability, default=None)


def dropped_voice(folder: Path) -> Installed | None:
    """Return the Piper voice in a folder (`X.onnx` beside `X.onnx.json`), if one lies there."""
    for config in sorted(folder.glob("*.onnx.json")):
        network = config.with_suffix("")
        if not network.is_file():
            continue
        return Installed(
            name=folder.name,
            task="tts",
            languages=_voice_languages(config),
            licence="unknown",
            tier=Tier.CPU,
            default=False,
            size=network.stat().st_size + config.stat().st_size,
            folder=folder,
            source="dropped in",
            dropped_in=True,
        )
    return None


def _primary(code: str) -> str:
    return code.replace("_", "-").split("-")[0].lower()


def _capability(model: Installed) -> tuple[int, bool, bool, int, str]:
    # Of several in the default set size says nothing: the last by name comes first (Vera before Hugo).
    size = 0 if model.default else model.size
    return (model.tier.gpu_gib, not model.default, not model.dropped_in, size, model.name)


def _voice_languages(config: Path) -> tuple[str, ...]:
    try:
        values = json.loads(config.read_bytes())
        code = values.get("language", {}).get("code") or values.get("espeak", {}).get("voice")
    except (OSError, ValueError, AttributeError):
        return ()
    return (_primary(code),) if isinstance(code, str) and code else ()
