"""Spans of deliveries that fail, and of hints that carry no trace; and what the sender does when there are too many."""

import logging
from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import NoOpTracer, StatusCode

from domain.events import DeliveryFailed, TweetCreated, TweetDeadLettered, TweetPushed
from infrastructure.memory.events import MemoryEvents
from infrastructure.traces import sending
from infrastructure.traces.hints import DELIVERED, SENT, TracedEvents, TracedSource
from infrastructure.traces.requests import TracedRequests
from infrastructure.traces.sending import SpanSender
from tests.fakes.log import written_log

HINT = TweetCreated(7, "alice", "a request without a trace")
FAILED = DeliveryFailed(7, 2, "Unavailable: no answer", 0.1)
DEAD = TweetDeadLettered(7, "alice", 5, "Unavailable: no answer", 0)


class Traced:
    """Both sides of a queue, and the spans that ended."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        tracer = provider.get_tracer("test")
        self.queue = MemoryEvents(10)
        self.events, self.source = TracedEvents(self.queue, tracer), TracedSource(self.queue, tracer)


@pytest.fixture
def traced() -> Traced:
    return Traced()


@pytest.mark.parametrize("event", [FAILED, DEAD])
def test_a_delivery_that_failed_has_a_span_that_says_so(
    traced: Traced, event: DeliveryFailed | TweetDeadLettered
) -> None:
    told: list[object] = []
    observe = traced.source.observing(told.append)
    traced.events.hint(HINT)
    taken = traced.source.take(0)
    assert taken is not None
    observe(event)
    observe(TweetPushed(8, 1.0))
    traced.source.done(taken)
    observe(event)
    assert told == [event, TweetPushed(8, 1.0), event]
    sent, delivered = traced.exporter.get_finished_spans()
    assert (sent.name, delivered.name) == (SENT, DELIVERED)
    assert (delivered.status.status_code, delivered.status.description) == (StatusCode.ERROR, event.error)
    assert delivered.attributes == {"perch.tweet_id": "7", "perch.attempts": event.attempts}
    assert sent.context is not None
    assert delivered.parent is not None
    assert (delivered.parent.trace_id, delivered.parent.span_id) == (sent.context.trace_id, sent.context.span_id)


def test_requests_are_answered_when_the_library_is_turned_off() -> None:
    app = TracedRequests(lambda environ, _: [environ.get("HTTP_TRACEPARENT", "none").encode()], NoOpTracer())
    environ = {"PATH_INFO": "/v1/tweets", "REQUEST_METHOD": "GET"}
    assert list(app(environ, lambda *_: lambda _: None)) == [b"none"]


@pytest.mark.parametrize("span_id", ["", "00f067aa0ba902b7"])
def test_a_hint_without_a_trace_is_taken_and_acknowledged_without_a_span(traced: Traced, span_id: str) -> None:
    traced.queue.hint(TweetCreated(7, "alice", "not-a-trace", span_id))
    taken = traced.source.take(0)
    assert taken is not None
    assert taken.event.tweet_id == 7
    traced.source.done(taken)
    assert traced.source.take(0) is None
    assert traced.exporter.get_finished_spans() == ()


@pytest.fixture
def library() -> Iterator[logging.Logger]:
    logger = logging.getLogger("a library")
    yield logger
    logger.propagate = True


def test_what_finds_no_room_is_counted_in_a_line_now_and_then(
    library: logging.Logger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "CAPACITY", 3)
    exporter, now = InMemorySpanExporter(), 0.0
    sender = SpanSender(exporter, library, lambda: now)
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(sender)
    tracer = provider.get_tracer("test")

    def refuse(_: object) -> SpanExportResult:
        library.warning("no collector")
        library.error("given up")
        return SpanExportResult.FAILURE

    with written_log() as log:
        for _ in range(10):
            tracer.start_span("one").end()
        sender.send()
        assert len(exporter.get_finished_spans()) == 3
        now = sending.LOG_SECONDS
        monkeypatch.setattr(exporter, "export", refuse)
        tracer.start_span("one").end()
        sender.close(5)
    lost = [(line["event"], line["spans_so_far"], line["error"]) for line in log.lines()]
    assert lost == [
        ("traces_lost", 1, "there are more spans than can be sent"),
        ("traces_lost", 8, "no collector"),
    ]
