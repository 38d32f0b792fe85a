"""Tweets that found no room in the queue."""

from domain.events import TweetCreated
from domain.tweet import Tweet
from infrastructure.events.event_queue import EventQueue
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
