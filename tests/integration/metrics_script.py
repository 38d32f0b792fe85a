"""What is done to Perch, deed by deed, and by how much that changes which metrics."""

from collections.abc import Callable
from dataclasses import dataclass

from app.distribution import VERSION
from tests.fakes.scrapes import Samples
from tests.integration.scripted import Scripted

PUSHED = "perch_tweet_pushed_seconds"
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
PUBLISHED = 'perch_tweets_published_total{mode="push"}'
WAITING = "perch_outbox_waiting"
OLDEST = "perch_oldest_waiting_event_seconds"
LEFT = {PUBLISHED: 1, "perch_unpushed_tweets": 1, WAITING: 1}
"""What a publish changes, whatever becomes of its hint."""

QUEUED = {**LEFT, "perch_event_queue_depth": 1}
DONE = {"perch_unpushed_tweets": -1, WAITING: -1}
DONE_BY_HINT = {**DONE, "perch_event_queue_depth": -1}
BUILT = {"perch_timelines": 1, "perch_timelines_rebuilt_total": 1}
STALE_TWEETS = 101
"""As many as a read may find gone before it throws the timeline away, and one."""


def pushed(seconds: float, times: int = 1) -> Samples:
    """What so many pushes after so many seconds add to the histogram."""
    buckets = {f'{PUSHED}_bucket{{le="{bound}"}}': times for bound in BOUNDS if seconds <= bound}
    total = {f"{PUSHED}_sum": seconds * times} if seconds else {}
    return {**buckets, f'{PUSHED}_bucket{{le="+Inf"}}': times, f"{PUSHED}_count": times, **total}


def read(merged: str) -> Samples:
    return {f'perch_home_timeline_reads_total{{merged="{merged}"}}': 1}


def publish_and_push_many(perch: Scripted) -> None:
    for _ in range(STALE_TWEETS):
        perch.publish("eve")
        perch.step()


def publish_delete_and_step(perch: Scripted) -> None:
    perch.publish("alice")
    perch.delete("alice", -1)
    perch.step()


def unfollow_and_read(perch: Scripted) -> None:
    perch.client("bob").unfollow("eve")
    perch.read("bob", "?limit=100")


@dataclass(frozen=True, slots=True)
class Deed:
    """What is done, and by how much that changes which samples."""

    name: str
    does: Callable[[Scripted], object]
    changes: Samples


SCRIPT = (
    Deed(
        "a thread dies, and is started again",
        lambda perch: perch.lose_and_restart_a_thread(),
        {'perch_threads_restarted_total{thread="housekeeping"}': 1},
    ),
    Deed("two follow alice", lambda perch: perch.follow("alice", "bob", "carol"), {}),
    Deed("one reads for the first time", lambda perch: perch.read("bob"), {**BUILT, **read("timeline")}),
    Deed(
        "the other polls for the first time",
        lambda perch: perch.read("carol", "?since_id=0"),
        {**BUILT, **read("timeline")},
    ),
    Deed("alice publishes", lambda perch: perch.publish("alice"), QUEUED),
    Deed("a follower reads", lambda perch: perch.read("bob"), read("unpushed")),
    Deed("two seconds pass", lambda perch: perch.clock.advance(2000), {OLDEST: 2}),
    Deed(
        "alice publishes while the queue is full",
        lambda perch: perch.publish("alice"),
        {**LEFT, "perch_event_hints_dropped_total": 1},
    ),
    Deed(
        "the first tweet is pushed",
        lambda perch: perch.step(),
        {**DONE_BY_HINT, **pushed(2.0), "perch_deliveries_total": 2, OLDEST: -2},
    ),
    Deed("the second tweet waits until it is due", lambda perch: perch.step(), {}),
    Deed("six seconds pass", lambda perch: perch.clock.advance(6000), {OLDEST: 6}),
    Deed(
        "the second tweet is due and pushed, too late",
        lambda perch: perch.step(),
        {
            **DONE,
            **pushed(6.0),
            "perch_deliveries_total": 2,
            "perch_timeline_window_violations_total": 1,
            OLDEST: -6,
        },
    ),
    Deed("nothing is left to do", lambda perch: perch.step(), {}),
    Deed("a follower reads what was pushed", lambda perch: perch.read("bob"), read("timeline")),
    Deed("a follower polls", lambda perch: perch.read("bob", f"?since_id={perch.tweets[-1]}"), read("timeline")),
    Deed("a follower reads their own too", lambda perch: perch.read("bob", "?include_self=true"), read("logs")),
    Deed("alice publishes once more", lambda perch: perch.publish("alice"), QUEUED),
    Deed(
        "the timelines fail when one is written",
        lambda perch: perch.step(fails_after=1),
        {
            "perch_event_queue_depth": -1,
            "perch_delivery_failures_total": 1,
            "perch_delivery_retries_waiting": 1,
        },
    ),
    Deed("the next attempt is due", lambda perch: perch.clock.advance(200), {OLDEST: 0.2}),
    Deed(
        "the timelines fail again, for good",
        lambda perch: perch.step(fails_after=0),
        {
            "perch_delivery_failures_total": 1,
            "perch_delivery_retries_waiting": -1,
            "perch_tweets_dead_lettered_total": 1,
            "perch_dead_letters": 1,
            WAITING: -1,
            OLDEST: -0.2,
        },
    ),
    Deed(
        "it is redriven",
        lambda perch: perch.redrive(),
        {"perch_dead_letters": -1, "perch_dead_letters_redriven_total": 1, WAITING: 1, OLDEST: 0.2},
    ),
    Deed(
        "and pushed",
        lambda perch: perch.step(),
        {**DONE, **pushed(0.2), "perch_deliveries_total": 2, OLDEST: -0.2},
    ),
    Deed("three follow a star", lambda perch: perch.follow("star", "bob", "carol", "dave"), {}),
    Deed(
        "the star publishes",
        lambda perch: perch.publish("star"),
        {'perch_tweets_published_total{mode="pull"}': 1, "perch_unpushed_tweets": 1},
    ),
    Deed("time passes for what is never pushed", lambda perch: perch.clock.advance(1000), {}),
    Deed("the star's follower reads", lambda perch: perch.read("bob"), read("unpushed")),
    Deed("the star deletes it", lambda perch: perch.delete("star", -1), {"perch_unpushed_tweets": -1}),
    Deed("bob follows eve", lambda perch: perch.follow("eve", "bob"), {}),
    Deed("bob catches up", lambda perch: perch.read("bob"), read("timeline")),
    Deed(
        "eve publishes much",
        publish_and_push_many,
        {PUBLISHED: STALE_TWEETS, **pushed(0.0, STALE_TWEETS), "perch_deliveries_total": STALE_TWEETS},
    ),
    Deed(
        "bob unfollows eve and reads",
        unfollow_and_read,
        {"perch_timelines": -1, 'perch_timelines_discarded_total{reason="stale"}': 1, **read("timeline")},
    ),
    Deed("bob reads again", lambda perch: perch.read("bob"), {**BUILT, **read("timeline")}),
    Deed("nobody reads for a while", lambda perch: perch.clock.advance(600_001), {}),
    Deed(
        "idle timelines are thrown away",
        lambda perch: perch.perch.use_cases.discard_idle.execute(),
        {"perch_timelines": -2, 'perch_timelines_discarded_total{reason="idle"}': 2},
    ),
    Deed("a tweet that nobody has a timeline for is published", lambda perch: perch.publish("alice"), QUEUED),
    Deed("and pushed to nobody", lambda perch: perch.step(), {**DONE_BY_HINT, **pushed(0.0)}),
    Deed("a tweet is deleted before it is pushed", publish_delete_and_step, {PUBLISHED: 1}),
    Deed("a stream is opened", lambda perch: perch.open_stream("bob"), {"perch_streams_open": 1}),
    Deed(
        "one too many is asked for",
        lambda perch: perch.open_stream("carol"),
        {'perch_requests_shed_total{limit="streams"}': 1},
    ),
    Deed("a tweet is published that the stream is to have", lambda perch: perch.publish("alice"), QUEUED),
    Deed(
        "the stream has it, by a read",
        lambda perch: perch.streams[0].read(),
        {**BUILT, **read("unpushed")},
    ),
    Deed("the stream is closed", lambda perch: perch.streams[0].close(), {"perch_streams_open": -1}),
)

AT_START = {
    f'perch_build_info{{version="{VERSION}"}}': 1,
    "perch_event_queue_capacity": 1,
    "perch_streams_capacity": 1,
}
"""All that is not 0 then."""
