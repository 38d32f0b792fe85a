"""The trace of a request goes with the hint into the log lines of the delivery."""

from dataclasses import replace
from typing import cast

import pytest

from app.compose import Adapters
from app.compose.ports import Timelines
from infrastructure.http.envelope import trace_id_of
from tests.built import built
from tests.fakes.log import written_log
from tests.http.wire import InProcess, Request
from tests.integration.watched import FaultyTimelines

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"


@pytest.mark.parametrize(
    ("sent", "trace_id"),
    [
        (PARENT, TRACE),
        (f"01-{TRACE}-00f067aa0ba902b7-01-more", TRACE),
        (f"ff-{TRACE}-00f067aa0ba902b7-01", ""),
        (f"00-{'0' * 32}-00f067aa0ba902b7-01", ""),
        (f"00-{TRACE}-{'0' * 16}-01", ""),
        (PARENT.upper(), ""),
        (PARENT + "\n", ""),
        ("", ""),
        ("00-1-2-3", ""),
    ],
)
def test_the_trace_id_is_the_one_of_the_w3c_header(sent: str, trace_id: str) -> None:
    assert trace_id_of(sent) == trace_id


@pytest.mark.parametrize(
    ("headers", "trace_id"),
    [
        ([("X-Request-Id", "mine"), ("Traceparent", PARENT)], TRACE),
        ([("X-Request-Id", "mine"), ("Traceparent", "what is this")], "mine"),
        ([("X-Request-Id", "mine")], "mine"),
        ([], None),
    ],
)
def test_lines_of_the_delivery_have_the_trace_of_the_publish(
    headers: list[tuple[str, str]], trace_id: str | None
) -> None:
    def failing(adapters: Adapters) -> Adapters:
        timelines = FaultyTimelines(adapters.timelines)
        timelines.fail_next()
        return replace(adapters, timelines=cast("Timelines", timelines))

    perch = built({"DELIVERY_MAX_ATTEMPTS": "1"}, change=failing)
    app = InProcess(perch.app)
    app.send(Request("PUT", "/v1/users/me/following/alice", [("X-User-Id", "bob")]))
    with written_log() as written:
        answer = app.send(
            Request(
                "POST",
                "/v1/tweets",
                [("X-User-Id", "alice"), ("Content-Type", "application/json"), *headers],
                b'{"text": "hello"}',
            )
        )
        perch.work.fan_out.step()
    published, dead = written.lines()
    assert (published["event"], dead["event"]) == ("request", "tweet_dead_lettered")
    assert dead["trace_id"] == (trace_id or answer.headers["X-Request-Id"])
    assert "request_id" not in dead
    assert published.get("trace_id") == (TRACE if trace_id == TRACE else None)
