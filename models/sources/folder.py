"""A folder of this machine, such as a stick or a share: `pull --from DIR`."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from models.catalogue import FolderSource, Model
from models.errors import SourceError
from models.sources.wanted import Report, Wanted

_CHUNK = 1 << 20


def import_source(model: Model, directory: Path) -> FolderSource:
    """Return `directory`, or what lies in it under the name of the model, as a source."""
    for folder in (directory / model.name, directory / model.task / model.name, directory):
        if all((folder / file.path).is_file() for file in model.files):
            return FolderSource(folder, {file.path: file.path for file in model.files})
    names = ", ".join(file.path for file in model.files)
    raise SourceError(f"folder {directory}: has no {names}, neither in itself nor in {model.name}/")


def fetch_from_folder(source: FolderSource, wanted: Sequence[Wanted], report: Report) -> Iterator[Wanted]:
    """Copy each wanted file and yield it when it is whole; raises SourceError, or OSError when writing fails."""
    for item in wanted:
        origin = source.folder / source.files[item.file.path]
        item.notes.unlink(missing_ok=True)
        try:
            stream = origin.open("rb")
        except OSError as error:
            raise SourceError(f"{source.label}: {origin} cannot be read ({error.strerror})") from error
        with stream, item.partial.open("wb") as target:
            size = origin.stat().st_size
            if size > item.file.size_limit or (item.file.size_exact and size != item.file.size):
                raise SourceError(f"{source.label}: {origin} has {size} bytes instead of {item.file.size}")
            done = 0
            while chunk := stream.read(_CHUNK):
                target.write(chunk)
                done += len(chunk)
                report(item.file.path, done, size)
        yield item
