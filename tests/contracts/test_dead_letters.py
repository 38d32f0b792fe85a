"""Dead letters are the outbox rows whose last attempt has failed."""

import pytest

from app.compose.ports import Outbox, Tweets
from domain.delivery import Delivery
from domain.events import DeliveryFailed, TweetDeadLettered
from tests.contracts.limits import DUE_SECONDS, MAX_ATTEMPTS, NEWEST
from tests.contracts.outbox_steps import bury, fail, publish, unpushed
from tests.fakes.clock import ManualClock

DUE_MS = round(DUE_SECONDS * 1000)


def test_the_last_failed_attempt_makes_a_dead_letter_that_stays_unpushed(
    outbox: Outbox, tweets: Tweets, clock: ManualClock
) -> None:
    [delivery] = publish(tweets)
    letter = TweetDeadLettered(delivery.tweet_id, "alice", MAX_ATTEMPTS, "ConnectionError: gone", clock.now_ms())
    assert fail(outbox, delivery, MAX_ATTEMPTS) == letter
    clock.advance(100 * DUE_MS)
    assert outbox.due(10) == []
    assert outbox.dead_before(NEWEST, 10) == [letter]
    assert unpushed(tweets) == [delivery.tweet_id]
    assert fail(outbox, delivery) is None


def test_dead_letters_are_listed_newest_tweet_first(outbox: Outbox, tweets: Tweets) -> None:
    first, second, third, _ = publish(tweets, 4)
    bury(outbox, second, first, third)
    listed = [letter.tweet_id for letter in outbox.dead_before(NEWEST, 2)]
    assert listed == [third.tweet_id, second.tweet_id]
    assert [letter.tweet_id for letter in outbox.dead_before(second.tweet_id, 2)] == [first.tweet_id]


def test_a_redriven_letter_is_due_at_once_and_starts_over(outbox: Outbox, tweets: Tweets) -> None:
    [delivery] = publish(tweets)
    bury(outbox, Delivery(delivery.tweet_id, "alice", after=9))
    assert outbox.redrive([delivery.tweet_id]) == [delivery.tweet_id]
    assert outbox.dead_before(NEWEST, 10) == []
    assert outbox.due(10) == [delivery]
    assert isinstance(fail(outbox, delivery, MAX_ATTEMPTS - 1), DeliveryFailed)


def test_only_the_requested_dead_letters_are_redriven_and_each_once(outbox: Outbox, tweets: Tweets) -> None:
    one, two, three, waiting = publish(tweets, 4)
    bury(outbox, one, two, three)
    assert outbox.redrive([two.tweet_id, two.tweet_id, waiting.tweet_id, 99]) == [two.tweet_id]
    assert outbox.redrive([]) == []
    assert set(outbox.redrive(None)) == {one.tweet_id, three.tweet_id}
    assert outbox.redrive(None) == []


@pytest.mark.parametrize("order", [1, -1])
def test_the_oldest_waiting_is_the_oldest_of_new_and_redriven_tweets(
    outbox: Outbox, tweets: Tweets, order: int
) -> None:
    old = publish(tweets, 3)
    publish(tweets, 1)
    bury(outbox, *old[::order])
    outbox.redrive(None)
    for delivery in old:
        assert outbox.counts().oldest_waiting == delivery.tweet_id
        outbox.done(delivery.tweet_id)
