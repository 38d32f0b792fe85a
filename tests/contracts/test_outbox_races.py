"""The outbox under concurrent threads."""

from collections import Counter
from collections.abc import Sequence
from functools import partial

from app.compose.ports import Outbox, Tweets
from domain.delivery import Delivery
from domain.events import TweetDeadLettered
from infrastructure.counts import OutboxCounts
from tests.contracts.limits import ALL, DUE_SECONDS, MAX_ATTEMPTS, NEWEST
from tests.contracts.racing import RACERS, race, race_of_twenty
from tests.fakes.clock import ManualClock
from usecases.publish_tweet import NEVER_PULLED


def publish(tweets: Tweets, count: int, *, pulled: bool = False) -> list[int]:
    return [
        tweets.publish("alice", "hello", pull_from=0 if pulled else NEVER_PULLED, key=None).tweet.id
        for _ in range(count)
    ]


def bury(outbox: Outbox, tweet_ids: Sequence[int]) -> None:
    for tweet_id in tweet_ids:
        for _ in range(MAX_ATTEMPTS):
            outbox.failed(Delivery(tweet_id, "alice"), "gone")


def fall_due(clock: ManualClock) -> None:
    clock.advance(round(DUE_SECONDS * 1000))


def test_each_due_row_is_returned_to_one_of_twenty_threads(outbox: Outbox, tweets: Tweets, clock: ManualClock) -> None:
    ids = publish(tweets, 100)
    fall_due(clock)
    returned = race_of_twenty(lambda _: [delivery for _ in range(10) for delivery in outbox.due(3)])
    assert Counter(delivery.tweet_id for by_one in returned for delivery in by_one) == Counter(ids)


def test_each_row_is_removed_by_one_of_twenty_threads(outbox: Outbox, tweets: Tweets) -> None:
    for tweet_id in publish(tweets, 20):
        assert race(*[partial(outbox.done, tweet_id)] * RACERS).count(True) == 1


def test_one_of_twenty_concurrent_failures_makes_the_dead_letter(outbox: Outbox, tweets: Tweets) -> None:
    for tweet_id in publish(tweets, 10):
        outcomes = race(*[partial(outbox.failed, Delivery(tweet_id, "alice"), "gone")] * RACERS)
        assert sum(isinstance(outcome, TweetDeadLettered) for outcome in outcomes) == 1


def test_each_letter_is_redriven_by_one_of_twenty_threads(outbox: Outbox, tweets: Tweets) -> None:
    ids = publish(tweets, 50)
    bury(outbox, ids)
    redriven = race(*[partial(outbox.redrive, None)] * RACERS)
    assert sorted(tweet_id for by_one in redriven for tweet_id in by_one) == ids


def test_rows_are_counted_correctly_under_concurrency(outbox: Outbox, tweets: Tweets) -> None:
    doomed, pushed = publish(tweets, 100), publish(tweets, 100)

    def delete_all() -> None:
        for tweet_id in doomed:
            tweets.delete(tweet_id)

    def push_all() -> None:
        for tweet_id in pushed:
            outbox.lease(tweet_id, "alice")
            outbox.failed(Delivery(tweet_id, "alice"), "gone")
            outbox.done(tweet_id)

    race(
        *[delete_all] * 5,
        *[push_all] * 5,
        *[partial(publish, tweets, 10)] * 5,
        *[partial(publish, tweets, 10, pulled=True)] * 5,
    )
    counts = outbox.counts()
    assert (counts.waiting, counts.retrying, counts.dead, counts.unpushed) == (50, 0, 0, 100)
    assert len(tweets.unpushed({"alice"}, 0, NEWEST, ALL)) == 100


def test_concurrent_changes_of_the_same_rows_leave_none_behind(
    outbox: Outbox, tweets: Tweets, clock: ManualClock
) -> None:
    ids = publish(tweets, 40)

    def disturb(number: int) -> None:
        for tweet_id in ids[number % 2 :: 2]:
            match number % 5:
                case 0:
                    bury(outbox, [tweet_id])
                case 1:
                    outbox.redrive([tweet_id])
                case 2:
                    outbox.due(3)
                case 3:
                    outbox.lease(tweet_id, "alice")
                case _:
                    tweets.delete(tweet_id) if tweet_id % 3 else outbox.done(tweet_id)

    race_of_twenty(disturb)
    outbox.redrive(None)
    waiting = outbox.counts().waiting
    fall_due(clock)
    assert len({delivery.tweet_id for delivery in outbox.due(ALL)}) == waiting == outbox.counts().unpushed
    for tweet_id in ids:
        tweets.delete(tweet_id)
    assert outbox.counts() == OutboxCounts(0, 0, 0, 0, None)
