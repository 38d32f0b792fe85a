"""Metrics of waiting work: outbox, hints and timelines."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Protocol

from prometheus_client.metrics_core import Metric

from domain.errors import Unavailable
from domain.tweet_id import created_at_ms
from infrastructure.counts import OutboxCounts, QueueCounts
from infrastructure.metrics.families import counter, gauge


class Outbox(Protocol):
    def counts(self) -> OutboxCounts: ...


class Hints(Protocol):
    def counts(self) -> QueueCounts: ...


class Timelines(Protocol):
    def held(self) -> int:
        """Returns the number of timelines."""


class SentHints:
    """Reads the counts of hints that this process sends once per scrape."""

    def __init__(self, events: Hints) -> None:
        self._events = events

    def collect(self) -> Iterator[Metric]:
        """Yields two families."""
        counts = self._events.counts()
        yield counter("perch_event_hints_sent_total", "Hints that went on their way to the fan-out.", counts.sent)
        text = "Hints that were dropped; their tweets are pushed when their outbox rows fall due."
        yield counter("perch_event_hints_dropped_total", text, counts.dropped)


class WorkCollector:
    """Reads the counts once per scrape: of the queue and, if `reports` returns True, of each store that answers."""

    def __init__(
        self,
        outbox: Outbox,
        source: Hints,
        timelines: Timelines,
        now_ms: Callable[[], int],
        reports: Callable[[], bool] = lambda: True,
    ) -> None:
        self._outbox = outbox
        self._source = source
        self._timelines = timelines
        self._now_ms = now_ms
        self._reports = reports

    def collect(self) -> Iterator[Metric]:
        """Yields all families."""
        queue = self._source.counts()
        yield gauge("perch_event_queue_depth", "Hints that wait in the queue.", queue.depth)
        yield gauge("perch_event_queue_capacity", "Hints that the queue can hold.", queue.capacity)
        yield counter("perch_event_hints_taken_total", "Hints that the fan-out took.", queue.taken)
        # A store that does not answer has no counts; those of the others are worth having most of all then.
        for totals in (self._in_outbox, self._in_timelines) if self._reports() else ():
            with suppress(Unavailable):
                yield from totals()

    def _in_outbox(self) -> Iterator[Metric]:
        outbox = self._outbox.counts()
        yield gauge("perch_unpushed_tweets", "Tweets that reads must merge: waiting, dead, or pulled.", outbox.unpushed)
        yield gauge("perch_outbox_waiting", "Tweets that wait to be pushed.", outbox.waiting)
        text = "Tweets that wait for another attempt to push them."
        yield gauge("perch_delivery_retries_waiting", text, outbox.retrying)
        yield gauge("perch_dead_letters", "Tweets that were given up and not redriven.", outbox.dead)
        text = "Seconds since the publication of the oldest tweet that waits to be pushed; 0 without any."
        yield gauge("perch_oldest_waiting_event_seconds", text, self._age(outbox.oldest_waiting))

    def _in_timelines(self) -> Iterator[Metric]:
        yield gauge("perch_timelines", "Prepared timelines.", self._timelines.held())

    def _age(self, tweet_id: int | None) -> float:
        return 0.0 if tweet_id is None else max(0.0, (self._now_ms() - created_at_ms(tweet_id)) / 1000)
