"""Metrics of waiting work: outbox, hints and timelines."""

from collections.abc import Callable, Iterator
from typing import Protocol

from prometheus_client.metrics_core import Metric

from domain.tweet_id import created_at_ms
from infrastructure.counts import OutboxCounts, QueueCounts
from infrastructure.metrics.families import counter, gauge


class Outbox(Protocol):
    def counts(self) -> OutboxCounts: ...


class Events(Protocol):
    def counts(self) -> QueueCounts: ...


class Timelines(Protocol):
    def held(self) -> int:
        """Returns the number of timelines."""


class WorkCollector:
    """Reads each store's counts once per scrape."""

    def __init__(self, outbox: Outbox, events: Events, timelines: Timelines, now_ms: Callable[[], int]) -> None:
        self._outbox = outbox
        self._events = events
        self._timelines = timelines
        self._now_ms = now_ms

    def collect(self) -> Iterator[Metric]:
        """Yields all families."""
        outbox, queue = self._outbox.counts(), self._events.counts()
        yield gauge("perch_unpushed_tweets", "Tweets that reads must merge: waiting, dead, or pulled.", outbox.unpushed)
        yield gauge("perch_outbox_waiting", "Tweets that wait to be pushed.", outbox.waiting)
        text = "Tweets that wait for another attempt to push them."
        yield gauge("perch_delivery_retries_waiting", text, outbox.retrying)
        yield gauge("perch_dead_letters", "Tweets that were given up and not redriven.", outbox.dead)
        text = "Seconds since the publication of the oldest tweet that waits to be pushed; 0 without any."
        yield gauge("perch_oldest_waiting_event_seconds", text, self._age(outbox.oldest_waiting))
        yield gauge("perch_event_queue_depth", "Hints that wait in the queue.", queue.depth)
        yield gauge("perch_event_queue_capacity", "Hints that the queue can hold.", queue.capacity)
        text = "Hints that found the queue full; their tweets are pushed when their outbox rows fall due."
        yield counter("perch_event_hints_dropped_total", text, queue.dropped)
        yield gauge("perch_timelines", "Timelines in memory.", self._timelines.held())

    def _age(self, tweet_id: int | None) -> float:
        return 0.0 if tweet_id is None else max(0.0, (self._now_ms() - created_at_ms(tweet_id)) / 1000)
