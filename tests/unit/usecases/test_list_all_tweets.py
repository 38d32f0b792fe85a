"""List everybody's tweets, with deletions and publishes between the looks of one read."""

from collections.abc import Iterable, Sequence

import pytest

from domain.tweet import Tweet
from infrastructure.memory.tweets import MemoryTweets
from usecases.list_all_tweets import ListAllTweets, ListAllTweetsRequest, Tweets
from usecases.page import NEWEST
from usecases.publish_tweet import NEVER_PULLED


@pytest.fixture
def published(tweets: MemoryTweets) -> list[Tweet]:
    """Six tweets by three authors, newest first."""
    authors = ("alice", "bob", "carol") * 2
    return [tweets.publish(author, "hello", pull_from=NEVER_PULLED).tweet for author in authors][::-1]


def page(tweets: Tweets, limit: int, before: int | None = NEWEST) -> tuple[list[Tweet], int | None]:
    assert before is not None
    answer = ListAllTweets(tweets).execute(ListAllTweetsRequest(limit, before))
    return list(answer.items), answer.next_before


def test_without_tweets_there_is_one_empty_page(tweets: MemoryTweets) -> None:
    assert page(tweets, 10) == ([], None)


def test_everybodys_tweets_come_newest_first(tweets: MemoryTweets, published: list[Tweet]) -> None:
    assert page(tweets, 10) == (published, None)
    assert page(tweets, 6) == (published, None)


def test_a_next_page_goes_on_below_the_last_one(tweets: MemoryTweets, published: list[Tweet]) -> None:
    first, then = page(tweets, 4)
    tweets.publish("dave", "later", pull_from=NEVER_PULLED)
    tweets.delete(published[3].id)
    assert first == published[:4]
    assert page(tweets, 4, then) == (published[4:], None)


class _Interrupted:
    """A store in which something happens after the ids were read, before the tweets are read."""

    def __init__(self, tweets: MemoryTweets, doomed: Iterable[Tweet], frontier: int | None = None) -> None:
        self._tweets = tweets
        self._doomed = doomed
        self._frontier = frontier

    def frontier(self) -> int:
        return self._tweets.frontier() if self._frontier is None else self._frontier

    def newest_of_all(self, low: int, high: int, limit: int) -> Sequence[int]:
        return self._tweets.newest_of_all(low, high, limit)

    def get_many(self, tweet_ids: Iterable[int]) -> list[Tweet | None]:
        for tweet in self._doomed:
            self._tweets.delete(tweet.id)
        return self._tweets.get_many(tweet_ids)


@pytest.mark.parametrize("doomed", [slice(0, 1), slice(0, 3), slice(1, 5), slice(0, 6)])
def test_tweets_deleted_during_a_page_are_replaced_by_older_ones(
    tweets: MemoryTweets, published: list[Tweet], doomed: slice
) -> None:
    left = [tweet for tweet in published if tweet not in published[doomed]]
    assert page(_Interrupted(tweets, published[doomed]), 2)[0] == left[:2]


def test_tweets_above_the_frontier_wait(tweets: MemoryTweets, published: list[Tweet]) -> None:
    behind = _Interrupted(tweets, (), published[2].id)
    assert page(behind, 2)[0] == published[2:4]
