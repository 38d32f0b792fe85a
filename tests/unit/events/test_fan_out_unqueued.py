"""Tweets that found no room in the queue."""

from domain.events import TweetCreated
from domain.tweet import Tweet
from infrastructure.events.event_queue import EventQueue
from infrastructure.events.fan_out import UNQUEUED_PAUSE_SECONDS
from infrastructure.memory.tweets import MemoryTweets
from tests.unit.events.rig import Rig


def publish(rig: Rig, count: int) -> list[Tweet]:
    """Tweets that are stored, and not queued yet."""
    return [rig.tweets.publish("alice", "hello", pulled=False) for _ in range(count)]


def test_they_are_queued_and_delivered_oldest_first() -> None:
    rig = Rig(capacity=2)
    unqueued = publish(rig, 5)
    rig.run()
    assert rig.slices.delivered() == [tweet.id for tweet in unqueued]
    assert rig.tweets.unqueued_count() == 0
    assert rig.fan_out.left() == 0


def test_they_wait_while_there_is_no_room() -> None:
    rig = Rig(capacity=2)
    ahead = [rig.queued(slices=9), rig.queued(slices=9)]
    waiting = publish(rig, 2)
    assert rig.fan_out.left() == 4
    rig.fan_out.step()
    assert rig.tweets.unqueued(10) == [TweetCreated(tweet.id, "alice") for tweet in waiting]
    rig.fan_out.step()
    assert rig.tweets.unqueued(10) == [TweetCreated(waiting[1].id, "alice")]
    assert {tweet_id for tweet_id, _ in rig.slices.calls} == {ahead[0].tweet_id, ahead[1].tweet_id}
    assert rig.fan_out.left() == 4


def test_they_are_queued_as_soon_as_there_is_room() -> None:
    rig = Rig(capacity=3)
    publish(rig, 5)
    rig.fan_out.step()
    assert rig.tweets.unqueued_count() == 2


def test_deleted_ones_are_not_queued() -> None:
    rig = Rig()
    doomed, kept = publish(rig, 2)
    rig.tweets.delete(doomed.id)
    rig.run()
    assert rig.slices.delivered() == [kept.id]


def test_pulled_ones_are_never_queued() -> None:
    rig = Rig()
    rig.tweets.publish("alice", "hello", pulled=True)
    assert rig.fan_out.step() is False
    assert rig.slices.calls == []


class _QueuedMeanwhile(MemoryTweets):
    """Tweets that their publisher queues just before somebody counts the unqueued ones."""

    queue: EventQueue

    def unqueued_count(self) -> int:
        for event in self.unqueued(10):
            assert self.queue.offer(event)
            self.mark_queued(event.tweet_id)
        return super().unqueued_count()


def test_a_tweet_on_its_way_into_the_queue_is_left_all_the_same() -> None:
    """Otherwise who waits until nothing is left goes on too early."""
    rig = Rig(tweets_type=_QueuedMeanwhile)
    assert isinstance(rig.tweets, _QueuedMeanwhile)
    rig.tweets.queue = rig.queue
    publish(rig, 1)
    assert rig.fan_out.left() == 1


class PoisonMark(MemoryTweets):
    """Cannot say of one tweet that it is queued."""

    poison = 0

    def mark_queued(self, tweet_id: int) -> None:
        if tweet_id == self.poison:
            raise ConnectionError("no answer")
        super().mark_queued(tweet_id)


def test_one_that_cannot_be_marked_holds_up_nobody_and_fills_no_queue() -> None:
    tweets = PoisonMark
    rig = Rig(tweets_type=tweets)
    waiting = publish(rig, 5)
    assert isinstance(rig.tweets, PoisonMark)
    rig.tweets.poison = waiting[0].id
    rig.run()
    for _ in range(5):
        rig.wait(0.1)
    assert rig.slices.delivered() == [tweet.id for tweet in waiting]
    assert rig.fan_out.left() == 1, "the one that cannot be marked"
    rig.tweets.poison = 0
    rig.wait(UNQUEUED_PAUSE_SECONDS)
    assert rig.slices.delivered() == [tweet.id for tweet in waiting], "it was queued twice, and pushed once"
    assert rig.fan_out.left() == 0


class NoUnqueued(MemoryTweets):
    """Cannot say which tweets are unqueued."""

    asked = 0

    def unqueued(self, limit: int) -> list[TweetCreated]:
        self.asked += 1
        raise ConnectionError(f"no answer for {limit}")


def test_a_store_that_cannot_say_what_is_unqueued_is_asked_seldom_and_holds_up_nobody() -> None:
    rig = Rig(tweets_type=NoUnqueued)
    queued = [rig.queued() for _ in range(20)]
    rig.run()
    assert rig.slices.delivered() == [event.tweet_id for event in queued]
    assert isinstance(rig.tweets, NoUnqueued)
    assert rig.tweets.asked == 1
    rig.wait(UNQUEUED_PAUSE_SECONDS)
    assert rig.tweets.asked == 2
