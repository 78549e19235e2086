"""The table that `visavis models list` shows."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from models.catalogue import Catalogue, Model
from models.progress import readable_size
from models.selection import Installed
from models.store import ModelStore


@dataclass(frozen=True, slots=True)
class ListedModel:
    """A model of the catalogue or of the store, as it is shown."""

    name: str
    task: str
    languages: tuple[str, ...]
    size: int
    """Bytes."""
    size_exact: bool
    licence: str
    tier: str
    default: bool
    installed: bool
    source: str
    """Where the installed model came from; empty when it is not here."""
    pinned_on_first_use: tuple[str, ...]
    """Files whose sha256 the catalogue does not know."""
    note: str

    def as_json(self) -> dict[str, Any]:
        """Return the values that JSON knows."""
        return asdict(self)

    def cells(self) -> tuple[str, ...]:
        """Return the columns of the table."""
        return (
            self.name + (" *" if self.default else ""),
            self.task,
            ",".join(self.languages) or "?",
            ("" if self.size_exact else "~") + readable_size(self.size),
            self.licence,
            self.tier,
            "yes" if self.installed else "-",
            f"pinned on first use: {', '.join(self.pinned_on_first_use)}" if self.pinned_on_first_use else "known",
        )


def listed_models(catalogue: Catalogue, store: ModelStore) -> list[ListedModel]:
    """Return the models of the catalogue in its order, then those that only the store has."""
    here = {model.name: model for model in store.installed()}
    known = {model.name for model in catalogue.models}
    rows = [_from_catalogue(model, here.get(model.name)) for model in catalogue.models]
    return rows + [_from_store(model) for model in here.values() if model.name not in known]


def table(rows: Sequence[ListedModel]) -> str:
    """Return the table as text, columns aligned."""
    head = ("NAME", "TASK", "LANGUAGES", "SIZE", "LICENCE", "TIER", "INSTALLED", "SHA256")
    lines = [head, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    text = "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )
    return f"{text}\n* belongs to the default set"


def _from_catalogue(model: Model, here: Installed | None) -> ListedModel:
    return ListedModel(
        name=model.name,
        task=model.task,
        languages=model.languages,
        size=model.size,
        size_exact=model.size_exact,
        licence=model.licence,
        tier=str(model.tier),
        default=model.default,
        installed=here is not None,
        source=here.source if here else "",
        pinned_on_first_use=model.unpinned,
        note=model.note,
    )


def _from_store(model: Installed) -> ListedModel:
    return ListedModel(
        name=model.name,
        task=model.task,
        languages=model.languages,
        size=model.size,
        size_exact=True,
        licence=model.licence,
        tier=str(model.tier),
        default=model.default,
        installed=True,
        source=model.source,
        pinned_on_first_use=(),
        note="put here by hand: no hash is known" if model.dropped_in else "",
    )
