"""Every action changes exactly the expected metrics, by exactly the expected amounts."""

from functools import partial

import pytest

from cluster.scrapes import Samples, Watch, family, samples
from infrastructure.http.metrics import OPENMETRICS
from tests.built import built
from tests.contracts.racing import JOIN_SECONDS, RACERS, race_of_twenty
from tests.http.client import Client
from tests.http.wire import InProcess, Request
from tests.integration.metrics_script import AT_START, OLDEST, PUBLISHED, PUSHED, SCRIPT, TAKEN, WAITING
from tests.integration.scripted import Scripted

TIMELINE = "/v1/users/me/timeline"

REQUESTS = (
    ("GET", "/livez", "/livez", 200),
    ("HEAD", "/livez", "/livez", 200),
    ("GET", "/readyz", "/readyz", 503),
    ("GET", "/metrics", "/metrics", 200),
    ("GET", "/openapi.json?x=1", "/openapi.json", 422),
    ("POST", "/metrics", None, 405),
    ("GET", "/v1/tweets/1", "/v1/tweets/{tweet_id}", 404),
    ("GET", "/v1/tweets/2", "/v1/tweets/{tweet_id}", 404),
    ("GET", "/v1/users/a%20b", "/v1/users/{user_id}", 422),
    ("GET", "/v1/users/me/timeline", "/v1/users/me/timeline", 401),
    ("POST", "/v1/tweets", "/v1/tweets", 401),
    ("DELETE", "/v1/tweets", None, 405),
    ("BREW", "/v1/tweets", None, 405),
    ("BREW", "/nowhere", None, 404),
    ("GET", "/nowhere", None, 404),
    ("GET", "//livez", None, 404),
)
"""Method, target, counted route (None: unmatched) and status."""


@pytest.fixture
def perch() -> Scripted:
    return Scripted()


def test_all_metrics_are_0_at_the_start_except_configuration(perch: Scripted) -> None:
    assert {name: value for name, value in perch.watch().now().items() if value} == AT_START


def test_every_action_changes_the_expected_metrics_and_no_others(perch: Scripted) -> None:
    watch = perch.watch("perch_http")
    for action in SCRIPT:
        changes = watch.changes(partial(action.run, perch))
        assert rounded(changes) == rounded(action.changes), action.name


def rounded(changes: Samples) -> Samples:
    """Rounds away floating-point errors in sums of seconds."""
    return {name: value for name, by in changes.items() if (value := round(by, 9))}


def families_checked() -> set[str]:
    """The metric families whose values this file checks."""
    named = [*AT_START, *(name for action in SCRIPT for name in action.changes)]
    return {*map(family, named), "perch_http_requests_total", "perch_http_request_duration_seconds"}


def test_every_metric_is_checked(perch: Scripted) -> None:
    perch.client().get("/livez")
    assert {family(name) for name in perch.watch().now()} == families_checked()


def test_a_stalled_push_is_visible_in_the_metrics_during_the_stall(perch: Scripted) -> None:
    perch.follow("alice", "bob")
    perch.publish("alice")
    assert perch.stall(7) == {OLDEST: 7, **TAKEN}
    assert perch.watch().now()[OLDEST] == 0


def test_requests_are_counted_by_method_route_and_status(perch: Scripted) -> None:
    watch = perch.watch("perch_http_request_duration_seconds_bucket", "perch_http_request_duration_seconds_sum")
    for method, target, route, status in REQUESTS:
        changes = watch.changes(partial(perch.transport.send, Request(method, target)))
        labels = f'method="{"other" if method == "BREW" else method}",route="{route or "unmatched"}"'
        assert changes == {
            f'perch_http_requests_total{{{labels},status="{status}"}}': 1,
            f"perch_http_request_duration_seconds_count{{{labels}}}": 1,
        }, (method, target)


def test_request_durations_are_in_the_buckets_and_the_sum(perch: Scripted) -> None:
    for _ in range(5):
        perch.client().get("/livez")
    now, labels = perch.watch().now(), 'method="GET",route="/livez"'
    name = "perch_http_request_duration_seconds"
    buckets = [value for sample, value in now.items() if sample.startswith(f"{name}_bucket")]
    assert buckets == sorted(buckets)
    assert buckets[-1] == now[f"{name}_count{{{labels}}}"] == 5
    assert 0 < now[f"{name}_sum{{{labels}}}"] < 5


@pytest.mark.parametrize("accept", ["text/plain", OPENMETRICS])
def test_the_endpoint_returns_the_registrys_values(perch: Scripted, accept: str) -> None:
    perch.publish("alice")
    answer = perch.client().get("/metrics", ("Accept", accept))
    answered = samples(answer.body.decode())
    without_http = {name: value for name, value in answered.items() if not name.startswith("perch_http")}
    assert without_http == perch.watch("perch_http").now()
    assert answered[PUBLISHED] == 1


def test_counts_are_exact_under_concurrent_threads() -> None:
    with built(run_worker=True) as perch:
        transport = InProcess(perch.app)
        reader = Client(transport, "reader")
        for number in range(RACERS):
            reader.follow(f"author-{number}")
        reader.page(TIMELINE)
        race_of_twenty(partial(publish_and_read, transport))
        assert perch.work.worker is not None
        assert perch.work.worker.join(JOIN_SECONDS)
        now = Watch(perch.metrics).now()
    reads = [value for name, value in now.items() if name.startswith("perch_home_timeline_reads_total")]
    assert sum(reads) == now[requests_answered("GET", TIMELINE, 200)] == RACERS * 5 + 1
    assert now[PUBLISHED] == now[requests_answered("POST", "/v1/tweets", 201)] == RACERS * 5
    assert now["perch_deliveries_total"] == now[f"{PUSHED}_count"] == RACERS * 5
    assert (now["perch_timelines"], now["perch_timelines_rebuilt_total"]) == (1, 1)
    assert {now[name] for name in (WAITING, "perch_unpushed_tweets", "perch_event_queue_depth")} == {0}


def publish_and_read(transport: InProcess, number: int) -> None:
    for _ in range(5):
        Client(transport, f"author-{number}").publish()
        Client(transport, "reader").page(TIMELINE)


def requests_answered(method: str, route: str, status: int) -> str:
    return f'perch_http_requests_total{{method="{method}",route="{route}",status="{status}"}}'
