"""What the parts of Perch count, as metrics."""

from collections.abc import Iterator, Mapping
from typing import Protocol

from prometheus_client.metrics_core import Metric

from infrastructure.counts import DeadLetterCounts, TimelineCounts, TweetCounts
from infrastructure.metrics.families import counter, counters, gauge


class Tweets(Protocol):
    def counts(self) -> TweetCounts: ...


class Timelines(Protocol):
    def counts(self) -> TimelineCounts: ...


class DeadLetters(Protocol):
    def counts(self) -> DeadLetterCounts: ...


class Events(Protocol):
    @property
    def capacity(self) -> int: ...

    def depth(self) -> int:
        """How many events wait to be taken."""


class FanOut(Protocol):
    def oldest_waiting_seconds(self) -> float:
        """How long ago the oldest tweet was published that is to be pushed and is not; 0 without any."""

    def retries_waiting(self) -> int:
        """How many deliveries wait for another attempt."""


class Deliveries(Protocol):
    def counts(self) -> Mapping[str, int]:
        """How many there were so far: `late`, `failed`, `dead`, `redriven`."""


class Reads(Protocol):
    def counts(self) -> Mapping[str, int]:
        """Reads by what they had to merge."""


class PerchCollector:
    """Asks every part once when Prometheus does; until then nobody computes anything."""

    def __init__(
        self,
        tweets: Tweets,
        timelines: Timelines,
        dead_letters: DeadLetters,
        events: Events,
        fan_out: FanOut,
        deliveries: Deliveries,
        reads: Reads,
    ) -> None:
        self._tweets = tweets
        self._timelines = timelines
        self._dead_letters = dead_letters
        self._events = events
        self._fan_out = fan_out
        self._deliveries = deliveries
        self._reads = reads

    def collect(self) -> Iterator[Metric]:
        """All families, one after the other."""
        yield from self._of_tweets()
        yield from self._of_the_queue()
        yield from self._of_deliveries()
        yield from self._of_dead_letters()
        yield from self._of_timelines()
        text = "Pages of home timelines read, by the most expensive thing that had to be merged."
        yield counters("perch_home_timeline_reads_total", text, "merged", self._reads.counts())

    def _of_tweets(self) -> Iterator[Metric]:
        counts = self._tweets.counts()
        by_mode = {"push": counts.published_push, "pull": counts.published_pull}
        yield counters("perch_tweets_published_total", "Tweets published, by how they reach readers.", "mode", by_mode)
        yield gauge("perch_unpushed_tweets", "Tweets that reads must merge, waiting or never pushed.", counts.unpushed)
        yield gauge("perch_unqueued_tweets", "Tweets that found no room in the queue.", counts.unqueued)

    def _of_the_queue(self) -> Iterator[Metric]:
        yield gauge("perch_event_queue_depth", "Events that wait in the queue.", self._events.depth())
        yield gauge("perch_event_queue_capacity", "Events that may wait in the queue.", self._events.capacity)
        text = "Seconds since the oldest tweet was published that is to be pushed and is not; 0 without any."
        yield gauge("perch_oldest_waiting_event_seconds", text, self._fan_out.oldest_waiting_seconds())

    def _of_deliveries(self) -> Iterator[Metric]:
        counts = self._deliveries.counts()
        text = "Tweets that were pushed later than the timeline window."
        yield counter("perch_timeline_window_violations_total", text, counts["late"])
        failures = counts["failed"] + counts["dead"]
        yield counter("perch_delivery_failures_total", "Attempts to push a slice of followers that failed.", failures)
        text = "Deliveries that wait for another attempt."
        yield gauge("perch_delivery_retries_waiting", text, self._fan_out.retries_waiting())
        text = "Tweets that were given up after so many attempts."
        yield counter("perch_tweets_dead_lettered_total", text, counts["dead"])
        text = "Dead letters that were queued again."
        yield counter("perch_dead_letters_redriven_total", text, counts["redriven"])

    def _of_dead_letters(self) -> Iterator[Metric]:
        counts = self._dead_letters.counts()
        yield gauge("perch_dead_letters", "Dead letters held.", counts.held)
        yield counter("perch_dead_letters_dropped_total", "Dead letters dropped for want of room.", counts.dropped)

    def _of_timelines(self) -> Iterator[Metric]:
        counts = self._timelines.counts()
        yield counter("perch_deliveries_total", "Timelines that tweets were pushed into.", counts.deliveries)
        yield gauge("perch_timelines", "Timelines held.", counts.held)
        yield counter("perch_timelines_rebuilt_total", "Timelines made from the author logs.", counts.rebuilt)
        by_reason = {"idle": counts.discarded_idle, "stale": counts.discarded_stale}
        text = "Timelines thrown away, because nobody read them or because they held too much that is gone."
        yield counters("perch_timelines_discarded_total", text, "reason", by_reason)
