"""How old the oldest tweet is that is to be pushed and is not, and what waits for another attempt."""

from collections.abc import Callable
from functools import partial

import pytest

from domain.events import TweetCreated
from tests.unit.events.rig import MAX_ATTEMPTS, Rig, Slices

FOR_EVER = 1_000_000


def test_without_tweets_nothing_waits() -> None:
    rig = Rig()
    assert (rig.fan_out.oldest_waiting_seconds(), rig.fan_out.retries_waiting()) == (0.0, 0)


def test_a_queued_tweet_waits_until_it_is_pushed() -> None:
    rig = Rig()
    rig.queued()
    rig.clock.advance(2500)
    rig.queued()
    assert rig.fan_out.oldest_waiting_seconds() == 2.5
    rig.fan_out.step()
    assert rig.fan_out.oldest_waiting_seconds() == 0.0
    rig.clock.advance(1000)
    assert rig.fan_out.oldest_waiting_seconds() == 1.0
    rig.run()
    assert rig.fan_out.oldest_waiting_seconds() == 0.0


def test_an_unqueued_tweet_waits() -> None:
    rig = Rig()
    rig.tweets.publish("alice", "hello", pulled=False)
    rig.clock.advance(1500)
    assert rig.fan_out.oldest_waiting_seconds() == 1.5
    rig.run()
    assert rig.fan_out.oldest_waiting_seconds() == 0.0


@pytest.mark.parametrize("order", [1, -1])
def test_the_oldest_of_unqueued_and_queued_tweets_counts(order: int) -> None:
    rig = Rig()
    publish = partial(rig.tweets.publish, "alice", "hello", pulled=False)
    deeds: list[Callable[[], object]] = [publish, rig.queued]
    for deed in deeds[::order]:
        deed()
        rig.clock.advance(1000)
    assert rig.fan_out.oldest_waiting_seconds() == 2.0


def test_a_pulled_tweet_does_not_wait() -> None:
    rig = Rig()
    rig.tweets.publish("alice", "hello", pulled=True)
    rig.clock.advance(1000)
    assert rig.fan_out.oldest_waiting_seconds() == 0.0


def test_a_deleted_tweet_that_was_unqueued_does_not_wait() -> None:
    rig = Rig()
    tweet = rig.tweets.publish("alice", "hello", pulled=False)
    rig.clock.advance(1000)
    rig.tweets.delete(tweet.id)
    assert rig.fan_out.oldest_waiting_seconds() == 0.0


def test_a_delivery_under_way_waits_until_its_last_slice() -> None:
    rig = Rig()
    rig.queued(slices=4)
    ages = []
    while rig.fan_out.step():
        rig.clock.advance(1000)
        ages.append(rig.fan_out.oldest_waiting_seconds())
    assert ages == [1.0, 2.0, 0.0]


class Stalling(Slices):
    """A store that does not answer for seven seconds; meanwhile somebody asks."""

    def __init__(self, rig: Rig) -> None:
        super().__init__(rig.tweets)
        self._rig = rig
        self.asked: list[float] = []

    def execute(self, event: TweetCreated, after: int) -> int | None:
        self._rig.clock.advance(7000)
        self.asked.append(self._rig.fan_out.oldest_waiting_seconds())
        return super().execute(event, after)


def test_a_store_that_stalls_in_the_middle_of_the_only_delivery_is_noticed_meanwhile() -> None:
    rig = Rig()
    stalling = Stalling(rig)
    rig.fan_out._deliver = stalling
    rig.queued()
    rig.fan_out.step()
    assert stalling.asked == [7.0]
    assert rig.fan_out.oldest_waiting_seconds() == 0.0


def test_what_failed_waits_for_its_next_attempt_and_no_longer_as_a_dead_letter() -> None:
    rig = Rig()
    rig.slices.fail(rig.queued(), times=FOR_EVER)
    waiting = []
    for _ in range(MAX_ATTEMPTS):
        rig.run()
        waiting.append((rig.fan_out.oldest_waiting_seconds(), rig.fan_out.retries_waiting()))
        rig.clock.advance(1000)
    assert waiting == [(0.0, 1), (1.0, 1), (0.0, 0)]
    assert rig.fan_out.left() == 0


def test_of_what_waits_for_another_attempt_the_oldest_counts() -> None:
    rig = Rig()
    for _ in range(3):
        rig.slices.fail(rig.queued(), times=1)
        rig.fan_out.step()
        rig.clock.advance(10)
    assert (rig.fan_out.oldest_waiting_seconds(), rig.fan_out.retries_waiting()) == (0.03, 3)


def test_a_clock_that_goes_back_makes_nothing_younger_than_new() -> None:
    rig = Rig()
    rig.queued()
    rig.clock.set_back(60_000)
    assert rig.fan_out.oldest_waiting_seconds() == 0.0
