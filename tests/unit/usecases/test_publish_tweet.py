import pytest

from app.testing import ManualClock
from domain.errors import InvalidInput
from domain.events import TweetCreated
from domain.tweet_id import MAX_TWEET_ID
from infrastructure.events.event_queue import EventQueue
from infrastructure.memory.follow_graph import MemoryFollowGraph
from infrastructure.memory.tweets import MemoryTweets
from infrastructure.memory.write_allowance import Unlimited
from usecases.publish_tweet import PublishTweet, PublishTweetRequest

THRESHOLD = 3
HELLO = PublishTweetRequest("alice", "hello")


@pytest.fixture
def events() -> EventQueue:
    return EventQueue(capacity=2)


@pytest.fixture
def announced() -> list[str]:
    """The authors whose readers were woken."""
    return []


@pytest.fixture
def publish(tweets: MemoryTweets, graph: MemoryFollowGraph, events: EventQueue, announced: list[str]) -> PublishTweet:
    return publisher(tweets, graph, events, announced, THRESHOLD)


def publisher(
    tweets: MemoryTweets, graph: MemoryFollowGraph, events: EventQueue, announced: list[str], threshold: int
) -> PublishTweet:
    readers = Readers(tweets, announced)
    return PublishTweet(
        tweets, graph, events, readers, Unlimited(), text_max_length=10, pull_followers_threshold=threshold
    )


class Readers:
    """Notes whose readers are woken, once there is something to read."""

    def __init__(self, tweets: MemoryTweets, announced: list[str]) -> None:
        self._tweets = tweets
        self._announced = announced

    def announce(self, author_id: str) -> None:
        assert self._tweets.count(author_id)
        self._announced.append(author_id)


def unpushed(tweets: MemoryTweets) -> list[int]:
    return list(tweets.unpushed({"alice"}, 0, MAX_TWEET_ID, 10))


def test_a_tweet_is_stored_as_normalised(publish: PublishTweet, tweets: MemoryTweets, clock: ManualClock) -> None:
    tweet = publish.execute(PublishTweetRequest("alice", " cafe\u0301 "))
    assert (tweet.author_id, tweet.text, tweet.created_at_ms) == ("alice", "caf\u00e9", clock.now_ms())
    assert tweets.get(tweet.id) == tweet
    assert tweets.count("alice") == 1
    assert tweets.frontier() == tweet.id


@pytest.mark.parametrize("text", ["", "  ", "a" * 11, "a\0b"])
def test_text_against_the_rules_stores_and_queues_nothing(
    publish: PublishTweet, tweets: MemoryTweets, events: EventQueue, text: str
) -> None:
    with pytest.raises(InvalidInput):
        publish.execute(PublishTweetRequest("alice", text))
    assert tweets.frontier() == 0
    assert tweets.count("alice") == 0
    assert events.unfinished() == 0


def test_a_tweet_is_unpushed_and_its_event_queued_once(
    publish: PublishTweet, tweets: MemoryTweets, events: EventQueue
) -> None:
    tweet = publish.execute(HELLO)
    assert unpushed(tweets) == [tweet.id]
    assert tweets.unqueued(10) == []
    assert events.take(0) == TweetCreated(tweet.id, "alice")
    assert events.take(0) is None


def test_without_room_in_the_queue_a_tweet_waits_unqueued(
    publish: PublishTweet, tweets: MemoryTweets, events: EventQueue
) -> None:
    published = [publish.execute(HELLO) for _ in range(4)]
    assert [tweets.get(tweet.id) for tweet in published] == published
    assert sorted(unpushed(tweets)) == [tweet.id for tweet in published]
    assert tweets.unqueued(10) == [TweetCreated(tweet.id, "alice") for tweet in published[2:]]
    assert events.unfinished() == 2


@pytest.mark.parametrize(("followers", "pulled"), [(THRESHOLD - 1, False), (THRESHOLD, True), (THRESHOLD + 1, True)])
def test_from_the_threshold_on_a_tweet_is_pulled(
    publish: PublishTweet,
    tweets: MemoryTweets,
    graph: MemoryFollowGraph,
    events: EventQueue,
    followers: int,
    *,
    pulled: bool,
) -> None:
    for follower in range(followers):
        graph.follow(f"user{follower}", "alice")
    tweet = publish.execute(HELLO)
    assert events.unfinished() == (0 if pulled else 1)
    assert tweets.unqueued_count() == 0
    assert unpushed(tweets) == [tweet.id]


def test_those_who_wait_for_the_author_are_told_of_every_tweet_that_is_stored(
    publish: PublishTweet, graph: MemoryFollowGraph, announced: list[str]
) -> None:
    with pytest.raises(InvalidInput):
        publish.execute(PublishTweetRequest("alice", ""))
    assert announced == []
    for _ in range(3):
        publish.execute(HELLO)
    for follower in range(THRESHOLD):
        graph.follow(f"user{follower}", "bob")
    publish.execute(PublishTweetRequest("bob", "hello"))
    assert announced == ["alice", "alice", "alice", "bob"], "queued, without room in the queue, and pulled"


def test_a_threshold_of_0_pulls_every_tweet(tweets: MemoryTweets, graph: MemoryFollowGraph, events: EventQueue) -> None:
    publish = publisher(tweets, graph, events, [], threshold=0)
    assert unpushed(tweets) == []
    tweet = publish.execute(HELLO)
    assert unpushed(tweets) == [tweet.id]
    assert events.unfinished() == 0


def test_tweets_of_one_moment_are_ordered_as_they_were_published(publish: PublishTweet) -> None:
    ids = [publish.execute(HELLO).id for _ in range(5)]
    assert ids == sorted(set(ids))
