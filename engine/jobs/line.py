"""What the runner asks of a kind of job: which one comes next, and how its states are written."""

from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from engine.jobs.error_texts import JobError
from engine.jobs.worker import Worker

Job = TypeVar("Job")
Outcome = TypeVar("Outcome")

MOST_ATTEMPTS = 3
"""A job that was begun this often and never came to an end takes the process down with it: it is given up."""

NOTES = "_job"
"""The field in which the runner keeps what nobody else is to see."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a job ends in `error`."""

    error_type: str
    message: str


NOT_BUILT = "not_built"
"""The error type of a job that no worker is there for."""


class Line(Protocol[Job, Outcome]):
    """Jobs of one kind, as rows of the store; every change of a state and its callbacks are one transaction.

    A row that was deleted is left alone by all of these.
    """

    @property
    def name(self) -> str:
        """In logs: `training`, `rendering`, `processing`."""

    @property
    def worker(self) -> Worker[Job, Outcome] | None:
        """Who does the work."""

    @property
    def unexpected(self) -> JobError:
        """What is told when a worker breaks."""

    @property
    def not_built(self) -> str:
        """What is told when there is no worker."""

    async def next(self) -> Job | None:
        """Return the oldest job that is to be done, one that a killed process left half done too; None when there is none."""

    async def begin(self, job: Job) -> None:
        """Write that a job is being worked on, and count the attempt."""

    async def exists(self, job: Job) -> bool:
        """Whether the job is still wanted."""

    async def progress(self, job: Job, percent: int) -> None:
        """Write how far a job is."""

    async def finish(self, job: Job, outcome: Outcome) -> None:
        """Write that a job is done."""

    async def fail(self, job: Job, failure: Failure) -> None:
        """Write that a job cannot be done."""

    async def release(self, job: Job) -> None:
        """Write that a job was interrupted by an orderly end, which does not count as an attempt."""

    def attempts(self, job: Job) -> int:
        """Return how often the job was begun before without an end."""


def attempts_in(fields: dict[str, Any]) -> int:
    """Return how often a job was begun without an end."""
    return int(fields.get(NOTES, {}).get("attempts", 0))


def noted(fields: dict[str, Any], **notes: Any) -> dict[str, Any]:
    """Return a copy of the fields with these notes of the runner; None removes one."""
    kept = {name: value for name, value in {**fields.get(NOTES, {}), **notes}.items() if value is not None}
    rest = {name: value for name, value in fields.items() if name != NOTES}
    return {**rest, NOTES: kept} if kept else rest


def public(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields without the runner's notes."""
    return {name: value for name, value in fields.items() if name != NOTES}
