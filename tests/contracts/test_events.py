"""Hints and announcements may be lost, and giving one never waits."""

import threading

import pytest

from app.compose.ports import Announcements, Events
from domain.events import Announcement, TweetCreated
from infrastructure.counts import QueueCounts
from tests.contracts.limits import HINTS_QUEUED
from tests.contracts.racing import JOIN_SECONDS, RACERS, race, race_of_twenty


def event(tweet_id: int) -> TweetCreated:
    return TweetCreated(tweet_id, "alice")


def hint_all(events: Events, *tweet_ids: int) -> None:
    for tweet_id in tweet_ids:
        events.hint(event(tweet_id))


@pytest.mark.local
def test_hints_are_taken_in_order(events: Events) -> None:
    hint_all(events, 3, 1, 2)
    assert [events.take(0) for _ in range(4)] == [event(3), event(1), event(2), None]


@pytest.mark.local
@pytest.mark.parametrize("timeout", [0.0, 0.01, -1.0])
def test_take_returns_none_when_there_is_no_hint(events: Events, timeout: float) -> None:
    assert events.take(timeout) is None


@pytest.mark.local
def test_a_full_queue_drops_the_hint_and_counts_it(events: Events) -> None:
    hint_all(events, *range(HINTS_QUEUED + 2))
    assert events.counts() == QueueCounts(HINTS_QUEUED, HINTS_QUEUED, dropped=2)
    assert events.take(0) == event(0)
    hint_all(events, 99)
    assert events.counts() == QueueCounts(HINTS_QUEUED, HINTS_QUEUED, dropped=2)


@pytest.mark.local
def test_a_hint_wakes_a_waiting_take(events: Events) -> None:
    taken: list[TweetCreated | None] = []
    race(lambda: taken.append(events.take(JOIN_SECONDS)), lambda: hint_all(events, 1))
    assert taken == [event(1)]


@pytest.mark.local
def test_each_hint_is_taken_by_one_of_twenty_threads(events: Events) -> None:
    for _ in range(5):
        hint_all(events, *range(RACERS))
        taken = race_of_twenty(lambda _: events.take(0))
        assert sorted(each.tweet_id for each in taken if each is not None) == list(range(RACERS))


@pytest.mark.local
def test_every_concurrent_hint_is_queued_or_counted_as_dropped(events: Events) -> None:
    race_of_twenty(lambda number: hint_all(events, *range(number * 10, number * 10 + 10)))
    assert events.counts() == QueueCounts(HINTS_QUEUED, HINTS_QUEUED, dropped=RACERS * 10 - HINTS_QUEUED)


def test_an_announcement_wakes_a_waiting_listener(announcements: Announcements) -> None:
    heard: list[Announcement | None] = []
    race(lambda: heard.append(announcements.take(JOIN_SECONDS)), lambda: announcements.announce(1, "alice"))
    assert heard == [Announcement(1, "alice")]
    assert announcements.take(0.01) is None


def test_a_deletion_is_announced_after_its_tweet(announcements: Announcements) -> None:
    announcements.announce(1, "alice")
    announcements.announce_deletion(1, "alice")
    assert announcements.take(0.01) == Announcement(1, "alice")
    assert announcements.take(0.01) == Announcement(1, "alice", deleted=True)


def test_announcing_never_waits_for_a_listener(announcements: Announcements) -> None:
    done = threading.Event()

    def announce_many() -> None:
        for tweet_id in range(20_000):
            announcements.announce(tweet_id, "alice")
        done.set()

    thread = threading.Thread(target=announce_many, daemon=True)
    thread.start()
    assert done.wait(JOIN_SECONDS)
    thread.join(JOIN_SECONDS)
    assert announcements.take(0.01) == Announcement(0, "alice")
