"""Spans of hints and of the deliveries that begin with them."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer, format_span_id, format_trace_id, get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from domain.events import DeliveryFailed, Event, TweetCreated, TweetDeadLettered, TweetPushed
from infrastructure.counts import QueueCounts
from infrastructure.events.taken import Events, EventSource, Taken

SENT, DELIVERED = "send tweet-created", "deliver tweet"

_propagator = TraceContextTextMapPropagator()


class TracedEvents:
    """Events whose hints are spans of the request, and carry these to the delivery."""

    def __init__(self, events: Events, tracer: Tracer) -> None:
        self._events = events
        self._tracer = tracer

    def hint(self, event: TweetCreated) -> None:
        """Sends the hint on its way; never waits or raises."""
        attributes = {"perch.tweet_id": str(event.tweet_id)}
        with self._tracer.start_as_current_span(SENT, kind=SpanKind.PRODUCER, attributes=attributes) as span:
            if span.is_recording():
                own = span.get_span_context()
                ids = format_trace_id(own.trace_id), format_span_id(own.span_id)
                event = replace(event, trace_id=ids[0], span_id=ids[1])
            self._events.hint(event)

    def counts(self) -> QueueCounts:
        return self._events.counts()


class _Traced(NamedTuple):
    """The receipt of a hint that has a span."""

    taken: Taken
    span: Span


class TracedSource:
    """A source whose hints have spans: from when they are taken until their delivery is finished.

    A hint that carries no span has none here: the process that sent it makes no traces, or this one is not sampled.
    Only one thread at a time may use it, as any source.
    """

    def __init__(self, source: EventSource, tracer: Tracer) -> None:
        self._source = source
        self._tracer = tracer
        self._under_way: dict[int, Span] = {}

    def take(self, timeout: float) -> Taken | None:
        """Returns the next hint; None after `timeout` seconds without one."""
        taken = self._source.take(timeout)
        if taken is None or not taken.event.span_id:
            return taken
        event = taken.event
        parent = _propagator.extract({"traceparent": f"00-{event.trace_id}-{event.span_id}-01"})
        if not get_current_span(parent).get_span_context().is_valid:
            return taken
        attributes = {"perch.tweet_id": str(event.tweet_id)}
        span = self._tracer.start_span(DELIVERED, parent, SpanKind.CONSUMER, attributes)
        self._under_way[event.tweet_id] = span
        return Taken(event, _Traced(taken, span))

    def done(self, taken: Taken) -> None:
        """Acknowledges the hint, and ends its span."""
        receipt = taken.receipt
        if not isinstance(receipt, _Traced):
            self._source.done(taken)
            return
        self._source.done(receipt.taken)
        self._under_way.pop(taken.event.tweet_id, None)
        receipt.span.end()

    def counts(self) -> QueueCounts:
        return self._source.counts()

    def observing(self, observe: Callable[[Event], None]) -> Callable[[Event], None]:
        """Returns what tells `observe` and the span of a delivery under way what happens."""

        def tell(event: Event) -> None:
            observe(event)
            if isinstance(event, TweetPushed | DeliveryFailed | TweetDeadLettered):
                span = self._under_way.get(event.tweet_id)
                if span is not None:
                    _describe(span, event)

        return tell


def _describe(span: Span, event: TweetPushed | DeliveryFailed | TweetDeadLettered) -> None:
    if isinstance(event, TweetPushed):
        span.set_attribute("perch.pushed_seconds", event.seconds)
    else:
        span.set_attribute("perch.attempts", event.attempts)
        span.set_status(StatusCode.ERROR, event.error)
