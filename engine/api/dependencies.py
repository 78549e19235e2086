"""What the API is built on, handed in as a whole."""

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from engine import __version__
from engine.conversation.calls import CallHost
from engine.metrics import Metrics
from engine.settings import Settings
from engine.store.opening import Store
from models.shipped import shipped


def room_page_folder() -> Path:
    """Return the folder of the shipped room page."""
    return Path(str(files("engine.room") / "page"))


@dataclass(frozen=True, slots=True)
class ApiDependencies:
    """Everything that the routes use; there is no other way in."""

    settings: Settings
    store: Store
    host: CallHost
    base_url: Callable[[], str]
    """The base of every URL handed out, without a slash at its end; asked at each request, for a free port is known late."""
    ready: Callable[[], bool] = lambda: True
    """Whether everything is warm."""
    callbacks_alive: Callable[[], bool] = lambda: True
    """Whether the outbox is being emptied."""
    metrics: Metrics = field(default_factory=lambda: Metrics(__version__))
    """What `/metrics` shows."""
    wake_jobs: Callable[[], None] = lambda: None
    """Called after something was queued (a training, a video, a document); the job runner looks into the store then."""
    page_folder: Path = field(default_factory=room_page_folder)
    """Holds `index.html` and what it loads from `/room/static/`."""
    shipped: Path = field(default_factory=shipped)
    """Holds the folders `presenters` and `backdrops`."""
