"""HTTP requests: how many, and how long they take."""

from collections.abc import Callable
from http import HTTPMethod
from typing import TYPE_CHECKING, NamedTuple

from prometheus_client import CollectorRegistry, Counter, Histogram

from infrastructure.http.envelope import ROUTE

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

BUCKETS_SECONDS = (
    *(0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05),
    *(0.1, 0.25, 0.5, 1.0, 2.5, 5.0),
)
METHODS = frozenset(map(str, HTTPMethod))
OTHER_METHOD = "other"
UNMATCHED_ROUTE = "unmatched"


class _Series(NamedTuple):
    add_one: Callable[[], None]
    observe: Callable[[float], None]


class HttpRequests:
    """Observes answers, a microsecond each.

    Whatever is sent, labels have few values: the methods of HTTP, the routes of Perch, and the statuses that it gives.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._requests = Counter(
            "perch_http_requests_total",
            "HTTP requests answered.",
            ["method", "route", "status"],
            registry=registry,
        )
        self._seconds = Histogram(
            "perch_http_request_duration_seconds",
            "Seconds from a request's arrival in a thread to the start of its answer.",
            ["method", "route"],
            buckets=BUCKETS_SECONDS,
            registry=registry,
        )
        # Looking up a series by its labels takes longer than adding to it.
        self._series: dict[tuple[str, str | None, str], _Series] = {}

    def __call__(self, environ: "WSGIEnvironment", status: str, seconds: float) -> None:
        """An `Observe`: is told of every answer."""
        method = environ["REQUEST_METHOD"]
        if method not in METHODS:
            method = OTHER_METHOD
        key = (method, environ.get(ROUTE), status)
        series = self._series.get(key)
        if series is None:
            series = self._series[key] = self._new_series(*key)
        series.add_one()
        series.observe(seconds)

    def _new_series(self, method: str, route: str | None, status: str) -> _Series:
        route = route or UNMATCHED_ROUTE
        code, _, _ = status.partition(" ")
        return _Series(self._requests.labels(method, route, code).inc, self._seconds.labels(method, route).observe)
