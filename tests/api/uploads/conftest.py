from pathlib import Path

from engine.store.opening import Store
from engine.store.uploads import FOLDER


def files_of(store: Store) -> list[Path]:
    return [path for path in (store.home / FOLDER).rglob("*") if path.is_file()]
