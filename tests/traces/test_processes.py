"""Traces of real processes: from the request through the hint to the delivery, and whatever the collector does."""

import json
import random
from contextlib import closing
from pathlib import Path

import pytest

from cluster.engines.kafka_server import KafkaServer
from cluster.exchange import TIMELINE
from cluster.perch_process import PerchProcess, run_app
from infrastructure.kafka.address import parse
from infrastructure.kafka.topics import make_topics
from tests.e2e.test_stream import follow, publish
from tests.engines.fleet import StartFleet
from tests.engines.until import until
from tests.fakes.log import json_lines
from tests.traces.collector import Collector, Span

SENT, DELIVERED = "send tweet-created", "deliver tweet"
PUBLISHED = "POST /v1/tweets"
SPAN_ID = "00f067aa0ba902b7"
PROMPTLY_SECONDS = 10.0


def publish_traced(perch: PerchProcess, author: str, flags: str = "01") -> tuple[str, str]:
    """Publishes within a trace of the client; returns the ids of the trace and of the tweet."""
    trace_id = f"{random.getrandbits(128) | 1:032x}"
    headers = {
        "X-User-Id": author,
        "Content-Type": "application/json",
        "traceparent": f"00-{trace_id}-{SPAN_ID}-{flags}",
    }
    with closing(perch.connect()) as connection:
        connection.request("POST", "/v1/tweets", json.dumps({"text": "hello"}), headers)
        answer = connection.getresponse()
        assert answer.status == 201
        tweet_id: str = json.load(answer)["id"]
    return trace_id, tweet_id


def check_whole_trace(spans: dict[str, Span], tweet_id: str, roles: list[str]) -> None:
    """Checks the spans of a publish by a client with a trace of its own."""
    request, hint, delivery = spans[PUBLISHED], spans[SENT], spans[DELIVERED]
    assert [each.kind for each in (request, hint, delivery)] == ["SERVER", "PRODUCER", "CONSUMER"]
    assert [each.parent_id for each in (request, hint, delivery)] == [SPAN_ID, request.span_id, hint.span_id]
    assert [each.role for each in (request, hint, delivery)] == roles
    assert request.attributes["http.response.status_code"] == "201"
    assert request.attributes["http.route"] == "/v1/tweets"
    assert hint.attributes["perch.tweet_id"] == delivery.attributes["perch.tweet_id"] == tweet_id
    assert float(delivery.attributes["perch.pushed_seconds"]) >= 0
    assert not any(each.failed for each in spans.values())


def test_one_process_continues_the_trace_of_the_client(collector: Collector, tmp_path: Path) -> None:
    with PerchProcess(tmp_path / "log", TRACES_URL=collector.url) as perch:
        follow(perch, "bob", "alice")
        assert perch.call("GET", TIMELINE, "bob")[0] == 200
        for path in ("/livez", "/readyz", "/metrics"):
            assert perch.call("GET", path)[0] == 200
        trace_id, tweet_id = publish_traced(perch, "alice")
        until(lambda: DELIVERED in collector.of_trace(trace_id))
        unsampled, _ = publish_traced(perch, "alice", flags="00")
        assert perch.call("GET", "/nowhere")[0] == 404
    check_whole_trace(collector.of_trace(trace_id), tweet_id, ["all"] * 3)
    assert collector.of_trace(unsampled) == {}
    # What was left at the end was sent, too; monitors have no spans.
    assert {span.name for span in collector.spans} == {
        *(PUBLISHED, SENT, DELIVERED, f"GET {TIMELINE}"),
        *("PUT /v1/users/me/following/{user_id}", "GET"),
    }
    assert (tmp_path / "log").read_text() == ""


def test_two_processes_share_a_trace_through_kafka(
    start_fleet: StartFleet, kafka_server: KafkaServer, collector: Collector
) -> None:
    url = kafka_server.new_url(partitions=1)
    make_topics(parse(url))
    fleet = start_fleet(serve=1, work=1, EVENTS_URL=url, TRACES_URL=collector.url)
    follow(fleet.serves[0], "bob", "alice")
    assert fleet.serves[0].call("GET", TIMELINE, "bob")[0] == 200
    published: dict[str, str] = {}

    def is_delivered_by_its_hint() -> bool:
        # Until the worker has joined the group, rows fall due before their hints come.
        trace_id, tweet_id = publish_traced(fleet.serves[0], "alice")
        published[trace_id] = tweet_id
        return any("perch.pushed_seconds" in span.attributes for span in list(collector.spans))

    until(is_delivered_by_its_hint, seconds=60)
    whole = next(span.trace_id for span in collector.spans if "perch.pushed_seconds" in span.attributes)
    until(lambda: PUBLISHED in collector.of_trace(whole))
    check_whole_trace(collector.of_trace(whole), published[whole], ["serve", "serve", "work"])


@pytest.mark.parametrize("silent", [True, False], ids=["silent", "gone"])
def test_a_collector_that_does_not_answer_costs_no_request(silent: bool, collector: Collector, tmp_path: Path) -> None:
    collector.silent = True
    url = collector.url if silent else "http://127.0.0.1:9"
    with PerchProcess(tmp_path / "log", TRACES_URL=url, LOG_FORMAT="json") as perch:
        follow(perch, "bob", "alice")
        tweet = publish(perch, "alice")
        until(lambda: "traces_lost" in perch.log())
        assert collector.asked or not silent
        _, body = perch.call("GET", TIMELINE, "bob")
        assert [each["id"] for each in json.loads(body)["data"]] == [tweet]
        until(lambda: b"\nperch_outbox_waiting 0.0" in perch.call("GET", "/metrics")[1])
    lines = json_lines((tmp_path / "log").read_text())
    assert {line["event"] for line in lines} == {"traces_lost"}
    assert all(line["error"] for line in lines)


def test_without_the_setting_nothing_of_opentelemetry_is_imported() -> None:
    done = run_app("openapi", PYTHONPROFILEIMPORTTIME="1")
    assert done.returncode == 0
    assert "app.compose.traces" in done.stderr
    assert "opentelemetry" not in done.stderr


@pytest.mark.parametrize("url", ["collector:4318", "grpc://collector:4317", ""])
def test_an_address_that_is_none_stops_the_start(url: str) -> None:
    done = run_app("serve", TRACES_URL=url)
    assert done.returncode == 2
    assert "TRACES_URL must be an http or https address" in done.stderr
