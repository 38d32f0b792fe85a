from collections.abc import Sequence

import pytest

from domain.events import TweetCreated
from domain.tweet import Tweet
from domain.tweet_id import MAX_TWEET_ID
from infrastructure.memory.follow_graph import MemoryFollowGraph
from infrastructure.memory.timelines import MemoryTimelines
from infrastructure.memory.tweets import MemoryTweets
from usecases.deliver_tweet import FIRST_SLICE, DeliverTweet

SLICE = 3
AUTHOR = "alice"


@pytest.fixture
def deliver(tweets: MemoryTweets, graph: MemoryFollowGraph, timelines: MemoryTimelines) -> DeliverTweet:
    return DeliverTweet(tweets, graph, timelines, slice_size=SLICE)


@pytest.fixture
def event(tweets: MemoryTweets) -> TweetCreated:
    tweet = tweets.publish(AUTHOR, "hello", pulled=False)
    return TweetCreated(tweet.id, AUTHOR)


def add_followers(graph: MemoryFollowGraph, timelines: MemoryTimelines, *followers: str) -> None:
    """Followers who have read before, so that their timelines are there."""
    for follower in followers:
        graph.follow(follower, AUTHOR)
        generation, _ = timelines.install(follower)
        timelines.merge(follower, generation, [], floor=0, mark=graph.followees(follower).newest_follow_id)


def named(count: int) -> list[str]:
    return [f"user{at}" for at in range(count)]


def have_it(timelines: MemoryTimelines, event: TweetCreated, followers: Sequence[str]) -> list[str]:
    return [name for name in followers if event.tweet_id in timelines.view(name, 0, MAX_TWEET_ID, 10).ids]


def is_unpushed(tweets: MemoryTweets, event: TweetCreated) -> bool:
    return event.tweet_id in tweets.unpushed({AUTHOR}, 0, MAX_TWEET_ID, 10)


def deliver_all(deliver: DeliverTweet, event: TweetCreated) -> int:
    """Runs all slices; returns how many those were."""
    after: int | None = FIRST_SLICE
    slices = 0
    while after is not None:
        after = deliver.execute(event, after)
        slices += 1
    return slices


def test_without_followers_a_tweet_is_pushed_at_once(
    deliver: DeliverTweet, tweets: MemoryTweets, event: TweetCreated
) -> None:
    assert deliver.execute(event) is None
    assert not is_unpushed(tweets, event)


@pytest.mark.parametrize("count", [1, SLICE - 1, SLICE, SLICE + 1, 3 * SLICE])
def test_every_follower_gets_it(
    deliver: DeliverTweet,
    graph: MemoryFollowGraph,
    timelines: MemoryTimelines,
    tweets: MemoryTweets,
    event: TweetCreated,
    count: int,
) -> None:
    add_followers(graph, timelines, *named(count))
    slices = deliver_all(deliver, event)
    assert have_it(timelines, event, named(count)) == named(count)
    assert not is_unpushed(tweets, event)
    assert count // SLICE <= slices <= count // SLICE + 1


def test_it_stays_unpushed_until_the_last_slice(
    deliver: DeliverTweet,
    graph: MemoryFollowGraph,
    timelines: MemoryTimelines,
    tweets: MemoryTweets,
    event: TweetCreated,
) -> None:
    add_followers(graph, timelines, *named(SLICE + 1))
    after = deliver.execute(event)
    assert after is not None
    assert have_it(timelines, event, named(SLICE + 1)) == named(SLICE)
    assert is_unpushed(tweets, event)
    assert deliver.execute(event, after) is None
    assert not is_unpushed(tweets, event)


def test_slices_and_deliveries_may_be_repeated(
    deliver: DeliverTweet, graph: MemoryFollowGraph, timelines: MemoryTimelines, event: TweetCreated
) -> None:
    add_followers(graph, timelines, *named(SLICE + 1))
    deliver.execute(event)
    deliver_all(deliver, event)
    deliver_all(deliver, event)
    for follower in named(SLICE + 1):
        assert list(timelines.view(follower, 0, MAX_TWEET_ID, 10).ids) == [event.tweet_id]


def test_unfollows_between_two_slices_make_nobody_miss_it(
    deliver: DeliverTweet, graph: MemoryFollowGraph, timelines: MemoryTimelines, event: TweetCreated
) -> None:
    add_followers(graph, timelines, *named(2 * SLICE))
    after = deliver.execute(event)
    assert after is not None
    for gone in named(SLICE):
        graph.unfollow(gone, AUTHOR)
    assert deliver.execute(event, after) is not None
    assert have_it(timelines, event, named(2 * SLICE)) == named(2 * SLICE)


def test_followers_between_two_slices_get_it_too(
    deliver: DeliverTweet, graph: MemoryFollowGraph, timelines: MemoryTimelines, event: TweetCreated
) -> None:
    add_followers(graph, timelines, *named(SLICE))
    after = deliver.execute(event)
    assert after is not None
    add_followers(graph, timelines, "late")
    deliver.execute(event, after)
    assert have_it(timelines, event, ["late"]) == ["late"]


def test_who_does_not_follow_or_never_read_gets_nothing(
    deliver: DeliverTweet, graph: MemoryFollowGraph, timelines: MemoryTimelines, event: TweetCreated
) -> None:
    add_followers(graph, timelines, "stranger")
    graph.unfollow("stranger", AUTHOR)
    graph.follow("never_read", AUTHOR)
    deliver_all(deliver, event)
    assert have_it(timelines, event, ["stranger", "never_read", AUTHOR]) == []


def test_a_deleted_tweet_is_not_pushed(
    deliver: DeliverTweet,
    graph: MemoryFollowGraph,
    timelines: MemoryTimelines,
    tweets: MemoryTweets,
    event: TweetCreated,
) -> None:
    add_followers(graph, timelines, *named(SLICE + 1))
    tweets.delete(event.tweet_id)
    assert deliver.execute(event) is None
    assert have_it(timelines, event, named(SLICE + 1)) == []


class _Failing:
    """Timelines that do not answer."""

    def push(self, tweet_id: int, user_ids: Sequence[str]) -> None:
        raise ConnectionError(f"{tweet_id} for {len(user_ids)} followers")


def test_what_could_not_be_pushed_stays_unpushed(
    tweets: MemoryTweets, graph: MemoryFollowGraph, event: TweetCreated
) -> None:
    graph.follow("bob", AUTHOR)
    with pytest.raises(ConnectionError):
        DeliverTweet(tweets, graph, _Failing(), slice_size=SLICE).execute(event)
    assert is_unpushed(tweets, event)


class _DeletedBeforeThePush:
    """Timelines for which the tweet is deleted between the look at it and its push."""

    def __init__(self, tweets: MemoryTweets) -> None:
        self._tweets = tweets
        self.deleted: Tweet | None = None

    def push(self, tweet_id: int, user_ids: Sequence[str]) -> None:
        self.deleted = self._tweets.get(tweet_id)
        self._tweets.delete(tweet_id)
        assert user_ids


def test_a_tweet_may_be_deleted_while_it_is_pushed(
    tweets: MemoryTweets, graph: MemoryFollowGraph, event: TweetCreated
) -> None:
    graph.follow("bob", AUTHOR)
    timelines = _DeletedBeforeThePush(tweets)
    assert DeliverTweet(tweets, graph, timelines, slice_size=SLICE).execute(event) is None
    assert timelines.deleted is not None
    assert not is_unpushed(tweets, event)
