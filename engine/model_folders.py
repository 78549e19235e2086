"""Where the model for a task lies in the store, and its one file: the same choice for whoever loads it."""

from pathlib import Path
from typing import Final

from engine.errors import ModelUnavailableError
from models.errors import ModelError
from models.store import ModelStore
from models.tiers import Tier

REMEDY: Final = "fetch the default models with `visavis models pull --default`"


def best_folder(store: ModelStore, tier: Tier, task: str, language: str, prefer: str = "") -> Path:
    """Return the folder of the model that suits best: `language` is BCP 47, `prefer` the name of one that goes before others.

    Raises ModelUnavailableError naming what is missing or damaged and the command that mends it.
    """
    try:
        name = store.best(task, language, tier, prefer)
    except ModelError as error:
        raise ModelUnavailableError(str(error)) from error
    if name is None:
        raise ModelUnavailableError(f"no model for {task} in {language!r} is in the store {store.root}; {REMEDY}")
    return checked_folder(store, name)


def checked_folder(store: ModelStore, name: str) -> Path:
    """Return the folder of a model whose files are as they were put there; raises ModelUnavailableError."""
    try:
        return store.checked(name)
    except ModelError as error:
        raise ModelUnavailableError(str(error)) from error


def only_file(folder: Path, pattern: str) -> Path:
    """Return the file of that pattern, the first by name where there are more; raises ModelUnavailableError."""
    found = sorted(folder.glob(pattern))
    if not found:
        raise ModelUnavailableError(f"{folder} holds no {pattern}; {REMEDY}")
    return found[0]
