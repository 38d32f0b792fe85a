import threading
from functools import partial

import pytest

from domain.events import TweetCreated
from tests.contracts.limits import EVENTS_QUEUED
from tests.contracts.ports import Events
from tests.contracts.racing import JOIN_SECONDS, RACERS, race, race_of_twenty


def event(tweet_id: int) -> TweetCreated:
    return TweetCreated(tweet_id, "alice")


def offer_all(events: Events, *tweet_ids: int) -> None:
    for tweet_id in tweet_ids:
        assert events.offer(event(tweet_id))


def test_events_are_taken_in_the_order_they_were_offered(events: Events) -> None:
    offer_all(events, 3, 1, 2)
    assert [events.take(0) for _ in range(4)] == [event(3), event(1), event(2), None]


@pytest.mark.parametrize("timeout", [0.0, 0.01, -1.0])
def test_without_events_nothing_is_taken(events: Events, timeout: float) -> None:
    assert events.take(timeout) is None


def test_a_full_queue_says_so_at_once(events: Events) -> None:
    offer_all(events, *range(EVENTS_QUEUED))
    assert not events.has_room()
    assert events.offer(event(99)) is False
    assert events.unfinished() == EVENTS_QUEUED


def test_what_was_taken_makes_room(events: Events) -> None:
    offer_all(events, *range(EVENTS_QUEUED))
    events.take(0)
    assert events.has_room()
    assert events.offer(event(99)) is True
    assert not events.has_room()


def test_what_was_taken_is_unfinished_until_it_is_done(events: Events) -> None:
    offer_all(events, 1, 2)
    events.take(0)
    assert events.unfinished() == 2
    events.done(event(1))
    assert events.unfinished() == 1
    events.take(0)
    events.done(event(2))
    assert events.unfinished() == 0


def test_an_offer_ends_a_take_that_waits(events: Events) -> None:
    def offer() -> None:
        offer_all(events, 1)

    assert race(partial(events.take, JOIN_SECONDS), offer) == [event(1), None]


def test_a_wake_ends_a_take_that_waits(events: Events) -> None:
    ended = threading.Event()

    def take() -> TweetCreated | None:
        taken = events.take(10 * JOIN_SECONDS)
        ended.set()
        return taken

    def wake() -> None:
        # A wake may come before the take waits, and is then for the next one.
        while not ended.wait(0.001):
            events.wake()

    assert race(take, wake) == [None, None]


def test_a_wake_that_comes_first_is_for_the_next_take_that_would_wait(events: Events) -> None:
    events.wake()
    assert race(partial(events.take, 10 * JOIN_SECONDS)) == [None]


def test_a_wake_on_a_full_queue_waits_for_nobody(events: Events) -> None:
    offer_all(events, *range(EVENTS_QUEUED))
    events.wake()
    assert [events.take(0) for _ in range(EVENTS_QUEUED)] == [event(at) for at in range(EVENTS_QUEUED)]


def test_a_wake_is_no_event(events: Events) -> None:
    events.wake()
    assert events.unfinished() == 0
    assert events.unfinished() == 0


def test_a_wake_takes_no_room(events: Events) -> None:
    events.wake()
    offer_all(events, *range(EVENTS_QUEUED))


def test_twenty_who_offer_fill_the_queue_and_no_more(events: Events) -> None:
    def offer_many(number: int) -> int:
        return sum(events.offer(event(number * 10 + at)) for at in range(10))

    assert sum(race_of_twenty(offer_many)) == EVENTS_QUEUED
    assert events.unfinished() == EVENTS_QUEUED


def test_each_event_is_taken_by_one(events: Events) -> None:
    offer_all(events, *range(EVENTS_QUEUED))

    def take_some() -> list[TweetCreated]:
        return [taken for _ in range(EVENTS_QUEUED) if (taken := events.take(0)) is not None]

    taken = [one.tweet_id for by_one in race(*[take_some] * RACERS) for one in by_one]
    assert sorted(taken) == list(range(EVENTS_QUEUED))


def offer_in_order(events: Events, tweet_ids: range) -> list[int]:
    for tweet_id in tweet_ids:
        while not events.offer(event(tweet_id)):
            pass
    return []


def take_in_order(events: Events, count: int) -> list[int]:
    taken = []
    for _ in range(count):
        one = events.take(JOIN_SECONDS)
        assert one is not None, "nothing was taken, long before the timeout"
        taken.append(one.tweet_id)
        events.done(one)
    return taken


def test_events_offered_and_taken_at_once_come_out_once_and_in_order(events: Events) -> None:
    offered = [range(start, start + 60) for start in range(0, 300, 60)]
    offers = [partial(offer_in_order, events, tweet_ids) for tweet_ids in offered]
    for _ in range(2):
        by_each = race(*[partial(take_in_order, events, 20)] * 15, *offers)
        assert sorted(tweet_id for taken in by_each for tweet_id in taken) == list(range(300))
        for taken in by_each:
            for tweet_ids in offered:
                own = [tweet_id for tweet_id in taken if tweet_id in tweet_ids]
                assert own == sorted(own)
        assert events.unfinished() == 0


def test_what_was_taken_is_remembered_until_it_is_done(events: Events) -> None:
    offer_all(events, 1, 2, 2)
    assert events.taken() == {}
    for _ in range(3):
        events.take(0)
    assert events.taken() == {event(1): 1, event(2): 2}
    events.done(event(2))
    events.done(event(1))
    assert events.taken() == {event(2): 1}
    events.taken().clear()
    assert events.taken() == {event(2): 1}


def test_one_that_is_done_already_changes_nothing(events: Events) -> None:
    offer_all(events, 1)
    events.take(0)
    for _ in range(2):
        events.done(event(1))
    assert (events.unfinished(), events.oldest_unfinished(), events.taken()) == (0, None, {})
