"""What is counted and timed, for Prometheus."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, PlatformCollector, ProcessCollector
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from api.index_reload import ServedIndex
from retrieval import Confidence, Diagnosis

# An answer takes some milliseconds; one with megabytes of evidence takes seconds.
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """The metrics of one application. Safe to use from several threads."""

    def __init__(self, served_index: ServedIndex) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "causeway_http_requests", "Requests answered.", ("method", "route", "status"), registry=self.registry
        )
        self.request_seconds = Histogram(
            "causeway_http_request_seconds",
            "Time from a request's first byte to its answer's last.",
            ("method", "route"),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.requests_refused = Counter(
            "causeway_http_requests_refused",
            "Requests refused before they were read.",
            ("reason",),
            registry=self.registry,
        )
        self.requests_working = Gauge(
            "causeway_http_requests_working", "Requests that are worked on.", registry=self.registry
        )
        self.requests_queued = Gauge(
            "causeway_http_requests_queued", "Requests that wait for a free worker.", registry=self.registry
        )
        self._diagnoses = Counter(
            "causeway_diagnoses", "Diagnoses made, by their confidence.", ("confidence",), registry=self.registry
        )
        for confidence in Confidence:
            self._diagnoses.labels(confidence)  # so that a rate of none at all is 0, too
        self.registry.register(_IndexCollector(served_index))
        PlatformCollector(self.registry)
        ProcessCollector(registry=self.registry)

    def count_diagnosis(self, diagnosis: Diagnosis) -> None:
        """Count a new diagnosis; one that was refined is the same as before."""
        self._diagnoses.labels(diagnosis.confidence).inc()


class _IndexCollector(Collector):
    def __init__(self, served_index: ServedIndex) -> None:
        self._served_index = served_index

    def collect(self) -> Iterator[Metric]:
        """Look at the index when somebody asks."""
        manifest = self._served_index.diagnoser.index.manifest
        built = GaugeMetricFamily(
            "causeway_index_built_timestamp_seconds", "When the index that answers was built.", labels=("index_id",)
        )
        built.add_metric([manifest.id], manifest.built_at.timestamp())
        yield built
        yield GaugeMetricFamily(
            "causeway_index_refused",
            "1 while the published index can't be used and an older one answers.",
            value=self._served_index.refusal is not None,
        )
