"""What does the work of a job: one Protocol for training, rendering and processing."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias, TypeVar

from engine.errors import VisavisError
from engine.jobs.error_texts import JobError
from engine.store.records import ReplicaRecord, ResourceRecord

Progress: TypeAlias = Callable[[int], Awaitable[None]]
"""Notes how far a job is, in percent; a number that is not larger than the one before changes nothing."""

Job_contra = TypeVar("Job_contra", contravariant=True)
Outcome_co = TypeVar("Outcome_co", covariant=True)


class JobFailedError(VisavisError):
    """A job ends in `error` for a reason that its owner is to know.

    `message` stands in place of the documented text where that would say less; what a worker raises besides ends a job with the
    general text of its kind.
    """

    def __init__(self, error: JobError, message: str = "") -> None:
        super().__init__(message or error.error_type)
        self.error = error
        self.message = message


class Worker(Protocol[Job_contra, Outcome_co]):
    """Does one job at a time.

    It is cancelled when what it works on is deleted and when the appliance ends, and begins anew after a restart: what it leaves behind
    half done must not hinder it then.
    """

    async def __call__(self, job: Job_contra, progress: Progress, /) -> Outcome_co:
        """Do the job, without blocking the event loop. Raises JobFailedError."""


@dataclass(frozen=True, slots=True)
class Training:
    """A replica is to be made of its video or image."""

    replica: ReplicaRecord


@dataclass(frozen=True, slots=True)
class TrainedReplica:
    """What a training leaves."""

    thumbnail_video_url: str = ""
    """A path on the appliance, such as `/media/...`, or a URL."""


@dataclass(frozen=True, slots=True)
class Rendering:
    """A video is to be made."""

    video: ResourceRecord
    replica: ReplicaRecord


@dataclass(frozen=True, slots=True)
class RenderedVideo:
    """Where a finished video is; paths on the appliance, such as `/media/...`, or URLs."""

    download_url: str
    stream_url: str
    still_image_thumbnail_url: str | None = None
    gif_thumbnail_url: str | None = None


@dataclass(frozen=True, slots=True)
class CrawlLimits:
    """How far a crawl goes."""

    depth: int
    """Links away from the first page, 1 to 10."""
    max_pages: int
    """1 to 100."""


@dataclass(frozen=True, slots=True)
class Processing:
    """A document is to be read, or a website to be crawled once more."""

    document: ResourceRecord
    crawl: CrawlLimits | None
    """None: only what is at `document_url` itself."""


@dataclass(frozen=True, slots=True)
class ProcessedDocument:
    """What a processing leaves."""

    crawled_urls: tuple[str, ...] | None = None
    """The pages that were read, in their order; None when nothing was crawled."""


@dataclass(frozen=True, slots=True)
class Workers:
    """Who does what; a kind of job without a worker ends at once in `error` and says so."""

    training: Worker[Training, TrainedReplica] | None = None
    rendering: Worker[Rendering, RenderedVideo] | None = None
    processing: Worker[Processing, ProcessedDocument] | None = None
