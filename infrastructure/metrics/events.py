"""Metrics that count events."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.core import CounterMetricFamily
from prometheus_client.metrics_core import Metric

from domain.events import (
    DeliveryFailed,
    Event,
    HomeTimelineRead,
    SlicePushed,
    TimelineRebuilt,
    TimelinesDiscarded,
    TweetDeadLettered,
    TweetPublished,
    TweetPushed,
    TweetRedriven,
)

BUCKETS_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)

Series = tuple[str, str]
"""A counter's name and the value of its label; the value is empty for a counter without a label."""

PUBLISHED = "perch_tweets_published_total"
READS = "perch_home_timeline_reads_total"
DELIVERIES = "perch_deliveries_total"
LATE = "perch_timeline_window_violations_total"
FAILURES = "perch_delivery_failures_total"
DEAD = "perch_tweets_dead_lettered_total"
REDRIVEN = "perch_dead_letters_redriven_total"
REBUILT = "perch_timelines_rebuilt_total"
DISCARDED = "perch_timelines_discarded_total"

COUNTERS = {
    PUBLISHED: ("Tweets published, by how they reach readers.", "mode", ("push", "pull")),
    READS: (
        "Pages of home timelines read, by the most expensive source that had to be merged.",
        "merged",
        ("timeline", "unpushed", "logs"),
    ),
    DELIVERIES: ("Timelines that tweets were pushed into.", "", ("",)),
    LATE: ("Tweets that were pushed later than the timeline window.", "", ("",)),
    FAILURES: ("Attempts to push a slice of followers that failed.", "", ("",)),
    DEAD: ("Tweets that were given up after all attempts failed.", "", ("",)),
    REDRIVEN: ("Dead letters that were redriven.", "", ("",)),
    REBUILT: ("Timelines rebuilt from the author logs.", "", ("",)),
    DISCARDED: (
        "Timelines discarded, because nobody read them or because they had too many outdated entries.",
        "reason",
        ("idle", "stale"),
    ),
}
"""By counter: its help text, its label, and the label's values. All series exist from the start."""

_COUNTED: dict[type, Callable[[Any], dict[Series, int]]] = {
    HomeTimelineRead: lambda event: {(READS, event.merged): 1},
    TweetPublished: lambda event: {(PUBLISHED, event.mode): 1},
    SlicePushed: lambda event: {(DELIVERIES, ""): event.timelines},
    DeliveryFailed: lambda _: {(FAILURES, ""): 1},
    TweetDeadLettered: lambda _: {(FAILURES, ""): 1, (DEAD, ""): 1},
    TweetRedriven: lambda _: {(REDRIVEN, ""): 1},
    TimelineRebuilt: lambda _: {(REBUILT, ""): 1},
    TimelinesDiscarded: lambda event: {(DISCARDED, event.reason): event.count},
}


class EventMetrics:
    """Counts events; each takes half a microsecond. The lock protects the counts."""

    def __init__(self, registry: CollectorRegistry, window_seconds: float) -> None:
        """`window_seconds`, the timeline window, is one of the buckets, so that the histogram shows late pushes."""
        self._window_seconds = window_seconds
        self._lock = threading.Lock()
        self._counts = Counter({(name, value): 0 for name, (_, _, values) in COUNTERS.items() for value in values})
        self._seconds = Histogram(
            "perch_tweet_pushed_seconds",
            "Seconds from a tweet's publication until it reached its last follower's timeline.",
            buckets=sorted({*BUCKETS_SECONDS, window_seconds}),
            registry=registry,
        )
        registry.register(self)

    def observe(self, event: Event) -> None:
        """Counts one event."""
        if isinstance(event, TweetPushed):
            self._seconds.observe(event.seconds)
            counted = {(LATE, ""): 1} if event.seconds > self._window_seconds else {}
        else:
            counted = _COUNTED[type(event)](event)
        with self._lock:
            for series, count in counted.items():
                self._counts[series] += count

    def collect(self) -> Iterator[Metric]:
        """Yields all counters."""
        with self._lock:
            counts = self._counts.copy()
        for name, (text, label, values) in COUNTERS.items():
            family = CounterMetricFamily(name, text, labels=[label] if label else [])
            for value in values:
                family.add_metric([value] if label else [], counts[name, value])
            yield family
