"""A script of actions, and by how much each changes which metrics."""

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass

from app.distribution import VERSION
from cluster.scrapes import Samples
from tests.integration.scripted import Scripted

PUSHED = "perch_tweet_pushed_seconds"
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
PUBLISHED = 'perch_tweets_published_total{mode="push"}'
WAITING = "perch_outbox_waiting"
OLDEST = "perch_oldest_waiting_event_seconds"
STORED = {PUBLISHED: 1, "perch_unpushed_tweets": 1, WAITING: 1}
"""The changes by a publish, without those by its hint."""

QUEUED = {**STORED, "perch_event_queue_depth": 1, "perch_event_hints_sent_total": 1}
TAKEN = {"perch_event_queue_depth": -1, "perch_event_hints_taken_total": 1}
DONE = {"perch_unpushed_tweets": -1, WAITING: -1}
DONE_BY_HINT = {**DONE, **TAKEN}
BUILT = {"perch_timelines": 1, "perch_timelines_rebuilt_total": 1}
STALE_TWEETS = 101
"""One more than a read may drop before it discards the timeline."""


def pushed(seconds: float, times: int = 1) -> Samples:
    """The changes of the histogram by `times` pushes that each took `seconds`."""
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
class Action:
    """An action, and by how much it changes which samples."""

    name: str
    run: Callable[[Scripted], object]
    changes: Samples


SCRIPT = (
    Action(
        "a thread dies and is restarted",
        lambda perch: perch.lose_and_restart_a_thread(),
        {'perch_threads_restarted_total{thread="housekeeping"}': 1},
    ),
    Action("two users follow alice", lambda perch: perch.follow("alice", "bob", "carol"), {}),
    Action("bob reads for the first time", lambda perch: perch.read("bob"), {**BUILT, **read("timeline")}),
    Action(
        "carol polls for the first time",
        lambda perch: perch.read("carol", "?since_id=0"),
        {**BUILT, **read("timeline")},
    ),
    Action("alice publishes", lambda perch: perch.publish("alice"), QUEUED),
    Action("a follower reads", lambda perch: perch.read("bob"), read("unpushed")),
    Action("two seconds pass", lambda perch: perch.clock.advance(2000), {OLDEST: 2}),
    Action(
        "alice publishes while the queue is full",
        lambda perch: perch.publish("alice"),
        {**STORED, "perch_event_hints_dropped_total": 1},
    ),
    Action(
        "the first tweet is pushed",
        lambda perch: perch.step(),
        {**DONE_BY_HINT, **pushed(2.0), "perch_deliveries_total": 2, OLDEST: -2},
    ),
    Action("the second tweet waits until it is due", lambda perch: perch.step(), {}),
    Action("six seconds pass", lambda perch: perch.clock.advance(6000), {OLDEST: 6}),
    Action(
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
    Action("nothing is left to push", lambda perch: perch.step(), {}),
    Action("a follower reads the pushed tweets", lambda perch: perch.read("bob"), read("timeline")),
    Action("a follower polls", lambda perch: perch.read("bob", f"?since_id={perch.tweets[-1]}"), read("timeline")),
    Action("a follower includes their own tweets", lambda perch: perch.read("bob", "?include_self=true"), read("logs")),
    Action("alice publishes again", lambda perch: perch.publish("alice"), QUEUED),
    Action(
        "the timelines fail after one is written",
        lambda perch: perch.step(fails_after=1),
        {
            **TAKEN,
            "perch_delivery_failures_total": 1,
            "perch_delivery_retries_waiting": 1,
        },
    ),
    Action("the next attempt is due", lambda perch: perch.clock.advance(200), {OLDEST: 0.2}),
    Action(
        "the timelines fail at the last attempt",
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
    Action(
        "the dead letter is redriven",
        lambda perch: perch.redrive(),
        {"perch_dead_letters": -1, "perch_dead_letters_redriven_total": 1, WAITING: 1, OLDEST: 0.2},
    ),
    Action(
        "the redriven tweet is pushed",
        lambda perch: perch.step(),
        {**DONE, **pushed(0.2), "perch_deliveries_total": 2, OLDEST: -0.2},
    ),
    Action("three users follow a star", lambda perch: perch.follow("star", "bob", "carol", "dave"), {}),
    Action(
        "the star publishes",
        lambda perch: perch.publish("star"),
        {'perch_tweets_published_total{mode="pull"}': 1, "perch_unpushed_tweets": 1},
    ),
    Action("time passes, but a pulled tweet does not wait", lambda perch: perch.clock.advance(1000), {}),
    Action("a follower of the star reads", lambda perch: perch.read("bob"), read("unpushed")),
    Action("the star deletes the tweet", lambda perch: perch.delete("star", -1), {"perch_unpushed_tweets": -1}),
    Action("bob follows eve", lambda perch: perch.follow("eve", "bob"), {}),
    Action("bob's read merges eve's log", lambda perch: perch.read("bob"), read("timeline")),
    Action(
        "eve publishes many tweets",
        publish_and_push_many,
        {
            PUBLISHED: STALE_TWEETS,
            "perch_event_hints_sent_total": STALE_TWEETS,
            "perch_event_hints_taken_total": STALE_TWEETS,
            **pushed(0.0, STALE_TWEETS),
            "perch_deliveries_total": STALE_TWEETS,
        },
    ),
    Action(
        "bob unfollows eve and reads",
        unfollow_and_read,
        {"perch_timelines": -1, 'perch_timelines_discarded_total{reason="stale"}': 1, **read("timeline")},
    ),
    Action("bob reads again", lambda perch: perch.read("bob"), {**BUILT, **read("timeline")}),
    Action("nobody reads for a while", lambda perch: perch.clock.advance(600_001), {}),
    Action(
        "idle timelines are discarded",
        lambda perch: perch.perch.use_cases.discard_idle.execute(),
        {"perch_timelines": -2, 'perch_timelines_discarded_total{reason="idle"}': 2},
    ),
    Action("alice publishes when no follower has a timeline", lambda perch: perch.publish("alice"), QUEUED),
    Action("the tweet is pushed to no timeline", lambda perch: perch.step(), {**DONE_BY_HINT, **pushed(0.0)}),
    Action(
        "a tweet is deleted before it is pushed",
        publish_delete_and_step,
        {PUBLISHED: 1, "perch_event_hints_sent_total": 1, "perch_event_hints_taken_total": 1},
    ),
    Action("a stream is opened", lambda perch: perch.open_stream("bob"), {"perch_streams_open": 1}),
    Action(
        "one stream too many is opened",
        lambda perch: perch.open_stream("carol"),
        {'perch_requests_shed_total{limit="streams"}': 1},
    ),
    Action("a tweet is published for the stream", lambda perch: perch.publish("alice"), QUEUED),
    Action(
        "the stream sends it after a read",
        lambda perch: perch.streams[0].read(),
        {**BUILT, **read("unpushed")},
    ),
    Action("the stream is closed", lambda perch: perch.streams[0].close(), {"perch_streams_open": -1}),
)

AT_START = {
    f'perch_build_info{{version="{VERSION}"}}': 1,
    f'perch_process_info{{host="{socket.gethostname()}",pid="{os.getpid()}",role="all"}}': 1,
    "perch_event_queue_capacity": 1,
    "perch_streams_capacity": 1,
}
"""All samples that are not 0 at the start."""
