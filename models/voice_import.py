"""Bringing a voice that lies in a folder into the store: checked, hashed, copied whole, with its licence noted.

A voice is two files in the Piper format, `X.onnx` and `X.onnx.json`. Nothing but these two is read or copied.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.catalogue import Catalogue, FolderSource, Model, ModelFile
from models.durable import sha256_of
from models.errors import SourceError, store_errors
from models.languages import primary_code
from models.names import is_model_name
from models.pull import Puller
from models.store import ModelStore
from models.tiers import Tier

UNSTATED_LICENCE = "not stated"

_ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".7z", ".rar", ".whl")
_MOST_CONFIG_BYTES = 8 << 20
_MOST_NETWORK_BYTES = 2 << 30
_MOST_CARD_BYTES = 1 << 20
_LANGUAGE_CODE = re.compile(r"[a-z]{2,3}", re.ASCII)
_CARD_LICENCE = re.compile(r"^[\s*-]*licen[cs]e\s*:\s*(?P<licence>\S.*)$", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class FoundVoice:
    """The two files of a voice, as they lie in a folder."""

    network: Path
    config: Path
    language: str
    """ISO 639 code, from the configuration."""
    licence: str
    """From a MODEL_CARD beside the files; empty when none says it."""

    @property
    def name(self) -> str:
        """The name of the network's file without its ending."""
        return self.network.stem


def find_voice(path: Path) -> FoundVoice:
    """Find the voice in a folder, or the one that a network or a configuration belongs to. Raises SourceError."""
    if path.suffix.lower() in _ARCHIVES:
        raise SourceError(f"{path}: an archive is not accepted; unpack it and name the folder")
    network = _network_in(path) if path.is_dir() else path.with_suffix("") if path.name.endswith(".onnx.json") else path
    if network.suffix != ".onnx":
        raise SourceError(f"{path}: a folder with X.onnx and X.onnx.json, or one of the two files, is accepted")
    config = network.with_name(f"{network.name}.json")
    for file, most in ((network, _MOST_NETWORK_BYTES), (config, _MOST_CONFIG_BYTES)):
        _check_plain(file, most)
    values = _read_config(config)
    card = network.with_name("MODEL_CARD")
    return FoundVoice(network, config, _language(config, values), _card_licence(card))


def import_voice(
    store: ModelStore, catalogue: Catalogue, found: FoundVoice, *, name: str = "", licence: str = ""
) -> Model:
    """Copy a voice into the store under `name` (that of its file by default) and return what it is there.

    Raises SourceError for a name that cannot be taken, and what `Puller.pull` raises.
    """
    name = name or found.name
    if not is_model_name(name):
        raise SourceError(f"name: {name!r} is not accepted; letters, digits and . _ + - (no '..'), at most 100, are")
    if catalogue.find(name) is not None:
        folder = found.network.parent
        raise SourceError(
            f"name: {name!r} is a model of the catalogue, whose hashes are known; "
            f"take it with: visavis models pull {name} --from {folder}, or give another --name"
        )
    if any(model.name == name for model in store.installed()):
        raise SourceError(f"name: {name!r} is in the store already; visavis models remove {name} takes it away")
    files = {f"{name}.onnx": found.network, f"{name}.onnx.json": found.config}
    model = Model(
        name=name,
        task="tts",
        languages=(found.language,),
        licence=licence.strip() or found.licence or UNSTATED_LICENCE,
        tier=Tier.CPU,
        default=False,
        files=tuple(_hashed(path, origin) for path, origin in files.items()),
        sources=(FolderSource(found.network.parent, {path: origin.name for path, origin in files.items()}),),
        note="imported",
    )
    # The hashes above bind the copy to what was looked at: a file that changes meanwhile is refused.
    Puller(store, offline=True).pull(model)
    return model


def _network_in(folder: Path) -> Path:
    networks = sorted(path for path in folder.glob("*.onnx") if path.with_name(f"{path.name}.json").exists())
    if len(networks) == 1:
        return networks[0]
    if networks:
        names = ", ".join(path.name for path in networks)
        raise SourceError(f"{folder}: holds several voices ({names}); name the .onnx of one")
    raise SourceError(f"{folder}: holds no voice in the Piper format (X.onnx beside X.onnx.json)")


def _check_plain(path: Path, most: int) -> None:
    try:
        size = path.stat(follow_symlinks=False).st_size
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror})") from error
    if path.is_symlink() or not path.is_file():
        raise SourceError(f"{path}: is not a plain file; links are not followed")
    if not 0 < size <= most:
        raise SourceError(f"{path}: has {size} bytes; 1 to {most} are accepted")


def _read_config(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise SourceError(f"{path}: is not readable JSON ({error})") from error
    if not isinstance(values, dict) or not {"audio", "phoneme_id_map"} <= set(values):
        raise SourceError(f"{path}: is not the configuration of a Piper voice (it has no audio or no phoneme_id_map)")
    return values


def _language(path: Path, values: dict[str, Any]) -> str:
    language, espeak = values.get("language"), values.get("espeak")
    code = (language.get("code") if isinstance(language, dict) else None) or (
        espeak.get("voice") if isinstance(espeak, dict) else None
    )
    primary = primary_code(code) if isinstance(code, str) else ""
    if not _LANGUAGE_CODE.fullmatch(primary):
        raise SourceError(f"{path}: names no language; language.code, such as 'de_DE', is needed")
    return primary


def _card_licence(card: Path) -> str:
    try:
        if card.is_symlink() or not card.is_file() or card.stat().st_size > _MOST_CARD_BYTES:
            return ""
        found = _CARD_LICENCE.search(card.read_text("utf-8", errors="replace"))
    except OSError:
        return ""
    return found["licence"].strip()[:200] if found else ""


def _hashed(path: str, origin: Path) -> ModelFile:
    with store_errors(origin):
        return ModelFile(path, origin.stat().st_size, True, sha256_of(origin))
