"""Metrics of HTTP requests: their number and duration."""

import threading
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import accumulate
from operator import add
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.utils import floatToGoString

from infrastructure.http.envelope import METHODS, OTHER_METHOD, ROUTE

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

BUCKETS_SECONDS = (
    *(0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05),
    *(0.1, 0.25, 0.5, 1.0, 2.5, 5.0),
)
UNMATCHED_ROUTE = "unmatched"


LABELS = ["method", "route", "status"]
_LE = [*map(floatToGoString, BUCKETS_SECONDS), "+Inf"]


class _Series:
    """The answers of each bucket, not cumulated as Prometheus has them, and the sum of their seconds."""

    __slots__ = ("buckets", "seconds")

    def __init__(self) -> None:
        self.buckets = [0] * len(_LE)
        self.seconds = 0.0

    def add(self, other: "_Series") -> None:
        self.buckets = list(map(add, self.buckets, other.buckets))
        self.seconds += other.seconds


class HttpRequests:
    """Counts answers; each takes half a microsecond. The lock protects the counts.

    Clients cannot create label values: methods are those of HTTP, routes and statuses those of Perch.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._lock = threading.Lock()
        self._series: defaultdict[tuple[str, str, str], _Series] = defaultdict(_Series)
        registry.register(self)

    def __call__(self, environ: "WSGIEnvironment", status: str, seconds: float) -> None:
        """Counts one answer. This is an `Observe`."""
        method = environ["REQUEST_METHOD"]
        if method not in METHODS:
            method = OTHER_METHOD
        key = method, environ.get(ROUTE) or UNMATCHED_ROUTE, status[:3]
        bucket = bisect_left(BUCKETS_SECONDS, seconds)
        with self._lock:
            series = self._series[key]
            series.buckets[bucket] += 1
            series.seconds += seconds

    def collect(self) -> Iterator[Metric]:
        """Yields the number of requests by status, and the durations of all of them."""
        requests = CounterMetricFamily("perch_http_requests_total", "HTTP requests answered.", labels=LABELS)
        by_route: defaultdict[tuple[str, str], _Series] = defaultdict(_Series)
        with self._lock:
            for (method, route, status), series in self._series.items():
                requests.add_metric([method, route, status], sum(series.buckets))
                by_route[method, route].add(series)
        yield requests
        yield _durations(by_route)


def _durations(by_route: Mapping[tuple[str, str], _Series]) -> Metric:
    text = "Seconds from a request's arrival in a thread to the start of its answer."
    family = HistogramMetricFamily("perch_http_request_duration_seconds", text, labels=LABELS[:2])
    for labels, series in by_route.items():
        family.add_metric(labels, list(zip(_LE, accumulate(series.buckets), strict=True)), series.seconds)
    return family
