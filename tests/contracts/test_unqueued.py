"""Tweets whose events are still to be queued."""

from domain.events import TweetCreated
from tests.contracts.ports import Tweets


def publish(tweets: Tweets, count: int) -> list[TweetCreated]:
    """The events of new tweets by alice."""
    return [TweetCreated(tweets.publish("alice", "hello", pulled=False).id, "alice") for _ in range(count)]


def test_at_first_there_are_none(tweets: Tweets) -> None:
    assert tweets.unqueued(10) == []
    assert tweets.unqueued_count() == 0


def test_new_tweets_are_unqueued_oldest_first(tweets: Tweets) -> None:
    events = publish(tweets, 3)
    assert tweets.unqueued(10) == events
    assert tweets.unqueued(2) == events[:2]
    assert tweets.unqueued_count() == 3


def test_pulled_tweets_are_never_queued(tweets: Tweets) -> None:
    tweets.publish("alice", "hello", pulled=True)
    assert tweets.unqueued(10) == []


def test_a_queued_tweet_leaves_and_stays_unpushed(tweets: Tweets) -> None:
    first, second, third = publish(tweets, 3)
    tweets.mark_queued(second.tweet_id)
    tweets.mark_queued(second.tweet_id)
    assert tweets.unqueued(10) == [first, third]
    assert tweets.unqueued_count() == 2
    assert second.tweet_id in tweets.unpushed({"alice"}, 0, second.tweet_id + 1, 10)


def test_what_was_handed_out_never_changes(tweets: Tweets) -> None:
    events = publish(tweets, 2)
    handed_out = tweets.unqueued(10)
    tweets.mark_queued(events[0].tweet_id)
    assert handed_out == events
    handed_out.clear()
    assert tweets.unqueued(10) == events[1:]
