import pytest
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from cluster.scrapes import Watch
from infrastructure.http.envelope import ROUTE
from infrastructure.metrics.http_requests import BUCKETS_SECONDS, HttpRequests
from tests.contracts.racing import RACERS, race_of_twenty

TIMELINE_ROUTE = "/v1/users/me/timeline"
DURATION = "perch_http_request_duration_seconds"
BOUNDS = [
    *("0.0001", "0.00025", "0.0005", "0.001", "0.0025", "0.005", "0.01", "0.025", "0.05"),
    *("0.1", "0.25", "0.5", "1.0", "2.5", "5.0", "+Inf"),
]


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def requests(registry: CollectorRegistry) -> HttpRequests:
    return HttpRequests(registry)


def answer(
    requests: HttpRequests, method: str, route: str | None, status: str = "200 OK", seconds: float = 0.001
) -> None:
    requests({"REQUEST_METHOD": method, ROUTE: route}, status, seconds)


@pytest.mark.usefixtures("requests")
def test_without_requests_no_series_is_exported(registry: CollectorRegistry) -> None:
    assert Watch(registry).now() == {}


@pytest.mark.parametrize(
    ("seconds", "first_bound"),
    [(0.0, 0), (0.0001, 0), (0.00011, 1), (0.004, 5), (0.3, 11), (5.0, 14), (5.1, 15), (1000.0, 15)],
)
def test_an_answer_is_counted_in_every_bucket_at_or_above_its_duration(
    requests: HttpRequests, registry: CollectorRegistry, seconds: float, first_bound: int
) -> None:
    answer(requests, "GET", TIMELINE_ROUTE, seconds=seconds)
    labels = f'method="GET",route="{TIMELINE_ROUTE}"'
    buckets = {f'{DURATION}_bucket{{le="{bound}",{labels}}}': at >= first_bound for at, bound in enumerate(BOUNDS)}
    assert Watch(registry).now() == {
        **buckets,
        f"{DURATION}_count{{{labels}}}": 1,
        f"{DURATION}_sum{{{labels}}}": seconds,
        f'perch_http_requests_total{{{labels},status="200"}}': 1,
    }


@pytest.mark.parametrize(
    ("method", "route", "status", "labels"),
    [
        ("GET", TIMELINE_ROUTE, "200 OK", f'method="GET",route="{TIMELINE_ROUTE}",status="200"'),
        ("PATCH", None, "405 METHOD NOT ALLOWED", 'method="PATCH",route="unmatched",status="405"'),
        ("BREW", None, "405 METHOD NOT ALLOWED", 'method="other",route="unmatched",status="405"'),
        ("get", None, "404 NOT FOUND", 'method="other",route="unmatched",status="404"'),
        ("GET", "/v1/tweets/{tweet_id}", "500", 'method="GET",route="/v1/tweets/{tweet_id}",status="500"'),
    ],
)
def test_requests_are_counted_by_method_route_and_status(
    requests: HttpRequests, registry: CollectorRegistry, method: str, route: str | None, status: str, labels: str
) -> None:
    for _ in range(3):
        answer(requests, method, route, status)
    now = Watch(registry).now()
    assert {name: value for name, value in now.items() if name.startswith("perch_http_requests")} == {
        f"perch_http_requests_total{{{labels}}}": 3
    }
    assert now[f"{DURATION}_count{{{labels.rpartition(',')[0]}}}"] == 3


def test_a_request_that_never_reached_the_router_is_unmatched(
    requests: HttpRequests, registry: CollectorRegistry
) -> None:
    requests({"REQUEST_METHOD": "GET"}, "404 NOT FOUND", 0.1)
    assert Watch(registry).now()['perch_http_requests_total{method="GET",route="unmatched",status="404"}'] == 1


def test_all_unknown_methods_share_one_series(requests: HttpRequests, registry: CollectorRegistry) -> None:
    for number in range(100):
        answer(requests, f"BREW{number}", None, "405 METHOD NOT ALLOWED")
    now = Watch(registry).now()
    assert [name for name in now if name.startswith("perch_http_requests")] == [
        'perch_http_requests_total{method="other",route="unmatched",status="405"}'
    ]


def test_concurrent_threads_lose_no_request(requests: HttpRequests, registry: CollectorRegistry) -> None:
    def answer_many(number: int) -> None:
        for at in range(50):
            answer(requests, "GET", f"/{at % 5}", f"{200 + number % 2}", 0.25)

    race_of_twenty(answer_many)
    now = Watch(registry).now()
    for route in range(5):
        for status in (200, 201):
            labels = f'method="GET",route="/{route}",status="{status}"'
            assert now[f"perch_http_requests_total{{{labels}}}"] == RACERS // 2 * 10
        labels = f'method="GET",route="/{route}"'
        assert now[f"{DURATION}_count{{{labels}}}"] == RACERS * 10
        assert now[f"{DURATION}_sum{{{labels}}}"] == RACERS * 10 * 0.25


def test_the_exposition_text_equals_the_librarys(requests: HttpRequests, registry: CollectorRegistry) -> None:
    library = CollectorRegistry()
    counter = Counter(
        "perch_http_requests_total", "HTTP requests answered.", ["method", "route", "status"], registry=library
    )
    text = "Seconds from a request's arrival in a thread to the start of its answer."
    histogram = Histogram(DURATION, text, ["method", "route"], buckets=BUCKETS_SECONDS, registry=library)
    for at, seconds in enumerate((0.0001, 0.3, 9.0, 0.25, 0.0003, 0.0001)):
        method, route, status = ("GET", "POST")[at % 2], f"/{at % 3}", f"{200 + at % 2}"
        answer(requests, method, route, f"{status} ANYTHING", seconds)
        counter.labels(method, route, status).inc()
        histogram.labels(method, route).observe(seconds)
    # Only the library's own metrics have `_created` samples.
    expected = [line for line in generate_latest(library).decode().splitlines() if "_created" not in line]
    assert generate_latest(registry).decode().splitlines() == expected
