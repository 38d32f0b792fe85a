import pytest
from prometheus_client import CollectorRegistry

from cluster.scrapes import Samples, Watch
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
from infrastructure.metrics.events import BUCKETS_SECONDS, EventMetrics
from tests.contracts.racing import RACERS, race_of_twenty

PUSHED = "perch_tweet_pushed_seconds"
WINDOW_SECONDS = 5.0

COUNTED: list[tuple[Event, Samples]] = [
    (TweetPublished("push"), {'perch_tweets_published_total{mode="push"}': 1}),
    (TweetPublished("pull"), {'perch_tweets_published_total{mode="pull"}': 1}),
    (SlicePushed(7), {"perch_deliveries_total": 7}),
    (DeliveryFailed(1, 1, "gone", 0.1), {"perch_delivery_failures_total": 1}),
    (
        TweetDeadLettered(1, "alice", 5, "gone", 0),
        {"perch_delivery_failures_total": 1, "perch_tweets_dead_lettered_total": 1},
    ),
    (TweetRedriven(1), {"perch_dead_letters_redriven_total": 1}),
    (HomeTimelineRead("timeline"), {'perch_home_timeline_reads_total{merged="timeline"}': 1}),
    (HomeTimelineRead("unpushed"), {'perch_home_timeline_reads_total{merged="unpushed"}': 1}),
    (HomeTimelineRead("logs"), {'perch_home_timeline_reads_total{merged="logs"}': 1}),
    (TimelineRebuilt(), {"perch_timelines_rebuilt_total": 1}),
    (TimelinesDiscarded("stale"), {'perch_timelines_discarded_total{reason="stale"}': 1}),
    (TimelinesDiscarded("idle", 3), {'perch_timelines_discarded_total{reason="idle"}': 3}),
]


def metrics(window_seconds: float = WINDOW_SECONDS) -> tuple[EventMetrics, Watch]:
    registry = CollectorRegistry()
    return EventMetrics(registry, window_seconds), Watch(registry)


@pytest.mark.parametrize(("event", "changes"), COUNTED)
def test_each_event_changes_only_its_own_counters(event: Event, changes: Samples) -> None:
    counted, watch = metrics()
    assert watch.changes(lambda: counted.observe(event)) == changes


def test_every_counter_is_exported_from_the_start() -> None:
    _, watch = metrics()
    assert {name for _, changes in COUNTED for name in changes} <= watch.now().keys()


def test_push_times_fill_the_histogram_and_late_pushes_are_counted() -> None:
    counted, watch = metrics()
    for seconds in (0.0, 0.3, WINDOW_SECONDS, 7.0, 1000.0):
        counted.observe(TweetPushed(1, seconds))
    now = watch.now()
    assert (now[f"{PUSHED}_count"], now[f"{PUSHED}_sum"]) == (5, 1012.3)
    in_buckets = {bound: now[f'{PUSHED}_bucket{{le="{bound}"}}'] for bound in ("0.005", "0.25", "0.5", "5.0", "10.0")}
    assert in_buckets == {"0.005": 1, "0.25": 1, "0.5": 2, "5.0": 3, "10.0": 4}
    assert now["perch_timeline_window_violations_total"] == 2


@pytest.mark.parametrize("window_seconds", [0.2, 3.0, 5.0, 600.0])
def test_one_bucket_ends_at_the_timeline_window(window_seconds: float) -> None:
    counted, watch = metrics(window_seconds)
    for seconds in (window_seconds, window_seconds + 0.001):
        counted.observe(TweetPushed(1, seconds))
    assert watch.now()[f'{PUSHED}_bucket{{le="{window_seconds}"}}'] == 1
    buckets = [name for name in watch.now() if name.startswith(f"{PUSHED}_bucket")]
    assert len(buckets) == len({*BUCKETS_SECONDS, window_seconds}) + 1


def test_concurrent_threads_lose_no_event() -> None:
    counted, watch = metrics()

    def observe_many(number: int) -> None:
        for _ in range(20):
            counted.observe(TweetPushed(number, 0.5))
            counted.observe(SlicePushed(2))

    race_of_twenty(observe_many)
    now = watch.now()
    assert (now[f"{PUSHED}_count"], now["perch_deliveries_total"]) == (RACERS * 20, RACERS * 40)
