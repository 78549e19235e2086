"""Figures of a running appliance for Prometheus: one object with a registry of its own, no global state.

Nothing in it names a person, a conversation or a key: labels are route templates, methods, states and reasons from short lists.
"""

from collections.abc import Callable, Iterable, Iterator

import psutil
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from engine.conversation.figures import CallFigures
from engine.conversation.trace import TurnTrace
from engine.store.figures import StoreFigures

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "other"
REQUEST_BUCKETS = (0.005, 0.01, 0.025, 0.1, 0.5, 2.5)
"""Few: there is one series for each of them and each route."""
TURN_BUCKETS = (0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.5, 5.0)


class Metrics:
    """Everything that is counted."""

    def __init__(self, version: str) -> None:
        self._registry = CollectorRegistry(auto_describe=False)
        self.requests = RequestMetrics(self._registry)
        self.turns = TurnMetrics(self._registry)
        self._store = _StoreMetrics(self._registry)
        build = Gauge(
            "visavis_build_info", "Always 1; the label names the version.", ["version"], registry=self._registry
        )
        build.labels(version).set(1)
        self._registry.register(_Process())
        ProcessCollector(registry=self._registry)

    def watch_calls(self, figures: Callable[[], CallFigures]) -> None:
        """Show the calls too: `figures` is asked at each scrape."""
        self._registry.register(_Calls(figures))

    def parts(self, store: StoreFigures | None) -> Iterator[bytes]:
        """Yield all figures in the text format, family by family, so that other work of the loop gets its turn in between.

        `store` is None when the database cannot be read.
        """
        self._store.show(store)
        for family in self._registry.collect():
            yield generate_latest(_Family(family))


class RequestMetrics:
    """HTTP requests."""

    def __init__(self, registry: CollectorRegistry) -> None:
        labels = ["method", "route", "status"]
        self._total = Counter("visavis_http_requests", "Requests answered.", labels, registry=registry)
        self._seconds = Histogram(
            "visavis_http_request_seconds",
            "Seconds from the head of a request to the last byte of its answer.",
            ["route"],
            buckets=REQUEST_BUCKETS,
            registry=registry,
        )
        self.in_flight = Gauge("visavis_http_requests_in_flight", "Requests being answered.", registry=registry)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request; `route` is a template such as `/v2/personas/{persona_id}`, or `other`."""
        method = method if method in METHODS else OTHER
        self._total.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)


class TurnMetrics:
    """Turns of people that the replica answered."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._total = Counter(
            "visavis_turns",
            "Answers that were heard, to their end or until interrupted.",
            ["outcome"],
            registry=registry,
        )
        self._seconds = Histogram(
            "visavis_turn_seconds",
            "Seconds from a person's last voiced sample to the first sample of the answer.",
            buckets=TURN_BUCKETS,
            registry=registry,
        )
        self._stages = Histogram(
            "visavis_turn_stage_seconds",
            "Seconds of one stage of a turn; stages overlap.",
            ["stage"],
            buckets=TURN_BUCKETS,
            registry=registry,
        )

    def heard(self, trace: TurnTrace) -> None:
        """Count an answer that was heard."""
        self._total.labels(trace.outcome).inc()
        if trace.first_sound is not None:
            self._seconds.observe(trace.first_sound - trace.last_voiced)
        for stage in trace.stages:
            if not stage.cancelled:
                self._stages.labels(stage.name).observe(stage.end - stage.start)


class _StoreMetrics:
    def __init__(self, registry: CollectorRegistry) -> None:
        self._up = Gauge("visavis_database_up", "1 when the database could be read.", registry=registry)
        self._size = Gauge("visavis_database_bytes", "Bytes of the database and of its log.", registry=registry)
        self._callbacks = Gauge(
            "visavis_outbox_callbacks", "Callbacks that wait, or were given up.", ["status"], registry=registry
        )
        self._oldest = Gauge(
            "visavis_outbox_oldest_pending_seconds", "Age of the oldest callback that waits.", registry=registry
        )
        self._jobs = Gauge(
            "visavis_jobs", "Trainings, documents and videos by their state.", ["kind", "status"], registry=registry
        )

    def show(self, figures: StoreFigures | None) -> None:
        self._up.set(0 if figures is None else 1)
        if figures is None:
            return
        self._size.set(figures.size_bytes)
        self._callbacks.labels("pending").set(figures.callbacks_pending)
        self._callbacks.labels("failed").set(figures.callbacks_failed)
        self._oldest.set(figures.oldest_callback_s)
        self._jobs.clear()
        for (kind, status), count in figures.jobs.items():
            self._jobs.labels(kind, status).set(count)


class _Calls(Collector):
    """Asks the calls at each scrape."""

    def __init__(self, figures: Callable[[], CallFigures]) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        figures = self._figures()
        media = figures.media
        yield GaugeMetricFamily("visavis_conversations_active", "Conversations that run.", figures.active)
        yield GaugeMetricFamily("visavis_conversations_capacity", "Conversations carried at once.", figures.capacity)
        yield CounterMetricFamily("visavis_conversations_started", "Conversations whose room opened.", figures.started)
        ended = CounterMetricFamily(
            "visavis_conversations_ended", "Conversations by why they ended.", labels=["reason"]
        )
        for reason, count in figures.ended.items():
            ended.add_metric([reason], count)
        yield ended
        yield CounterMetricFamily(
            "visavis_room_clock_seconds", "Seconds of media that room clocks handed out.", media.clock_ms / 1000
        )
        yield CounterMetricFamily(
            "visavis_audio_late_ticks", "Ticks of 20 ms of sound that left more than 10 ms late.", media.late_ticks
        )
        frames = CounterMetricFamily(
            "visavis_video_frames",
            "Frames drawn, skipped (the one before was not done), failed, or dropped (a sender did not keep up).",
            labels=["outcome"],
        )
        frames.add_metric(["drawn"], media.frames)
        frames.add_metric(["skipped"], media.skipped_frames)
        frames.add_metric(["failed"], media.failed_frames)
        frames.add_metric(["dropped"], media.dropped_frames)
        yield frames
        yield CounterMetricFamily(
            "visavis_audio_dropped_seconds",
            "Sound thrown away because a sender did not keep up.",
            media.dropped_sound_ms / 1000,
        )
        yield CounterMetricFamily(
            "visavis_microphone_lost_seconds", "Sound of people that never arrived.", media.lost_microphone_ms / 1000
        )
        if figures.slowest_fps is not None:
            yield GaugeMetricFamily(
                "visavis_video_frames_per_second",
                "Frames drawn within the last second, in the room where they were fewest.",
                figures.slowest_fps,
            )


class _Process(Collector):
    """What the collector of the library does not tell."""

    def collect(self) -> Iterator[Metric]:
        threads = psutil.Process().num_threads()
        yield GaugeMetricFamily("process_threads", "Threads, those of the model runtimes too.", threads)


class _Family(Collector):
    """One metric; it leaves out when each counter was made, which nobody reads."""

    def __init__(self, metric: Metric) -> None:
        metric.samples = [sample for sample in metric.samples if not sample.name.endswith("_created")]
        self._metric = metric

    def collect(self) -> Iterable[Metric]:
        return (self._metric,)
