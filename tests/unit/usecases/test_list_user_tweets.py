from collections.abc import Iterable, Sequence

import pytest

from domain.errors import InvalidInput
from domain.tweet import Tweet
from infrastructure.memory.tweets import MemoryTweets
from usecases.list_user_tweets import ListUserTweets
from usecases.page import NEWEST, PageRequest
from usecases.publish_tweet import NEVER_PULLED


@pytest.fixture
def published(tweets: MemoryTweets) -> list[Tweet]:
    """Publishes five tweets by alice and one by bob in between; returns alice's, newest first."""
    by_alice = [tweets.publish("alice", "hello", pull_from=NEVER_PULLED).tweet for _ in range(3)]
    tweets.publish("bob", "hello", pull_from=NEVER_PULLED)
    by_alice += [tweets.publish("alice", "hello", pull_from=0).tweet for _ in range(2)]
    return by_alice[::-1]


def page(tweets: MemoryTweets, limit: int, before: int | None = NEWEST) -> tuple[list[Tweet], int | None]:
    assert before is not None
    answer = ListUserTweets(tweets).execute(PageRequest("alice", limit, before))
    return list(answer.items), answer.next_before


def test_an_author_without_tweets_has_one_empty_page(tweets: MemoryTweets) -> None:
    assert page(tweets, 10) == ([], None)


def test_an_authors_tweets_come_newest_first(tweets: MemoryTweets, published: list[Tweet]) -> None:
    assert page(tweets, 10) == (published, None)
    assert page(tweets, 5) == (published, None)


def test_the_next_page_continues_after_the_last_one(tweets: MemoryTweets, published: list[Tweet]) -> None:
    first, then = page(tweets, 2)
    tweets.publish("alice", "later", pull_from=NEVER_PULLED)
    second, then_last = page(tweets, 2, then)
    assert [first, second] == [published[:2], published[2:4]]
    assert page(tweets, 2, then_last) == (published[4:], None)


def test_a_deleted_tweet_is_replaced_by_an_older_one(tweets: MemoryTweets, published: list[Tweet]) -> None:
    tweets.delete(published[1].id)
    assert page(tweets, 3)[0] == [published[0], *published[2:4]]


def test_listing_tweets_needs_a_valid_user_id(tweets: MemoryTweets) -> None:
    with pytest.raises(InvalidInput):
        ListUserTweets(tweets).execute(PageRequest("me", 10))


class _DeletingTweets:
    """A store in which tweets are deleted after their ids were read, before the tweets are read."""

    def __init__(self, tweets: MemoryTweets, doomed: Iterable[Tweet]) -> None:
        self._tweets = tweets
        self._doomed = doomed

    def frontier(self) -> int:
        return self._tweets.frontier()

    def newest(self, author_ids: Iterable[str], low: int, high: int, limit: int) -> Sequence[int]:
        return self._tweets.newest(author_ids, low, high, limit)

    def get_many(self, tweet_ids: Iterable[int]) -> list[Tweet | None]:
        for tweet in self._doomed:
            self._tweets.delete(tweet.id)
        return self._tweets.get_many(tweet_ids)


@pytest.mark.parametrize("doomed", [slice(0, 1), slice(0, 3), slice(1, 4), slice(0, 5)])
def test_tweets_deleted_during_a_read_leave_no_short_page(
    tweets: MemoryTweets, published: list[Tweet], doomed: slice
) -> None:
    left = [tweet for tweet in published if tweet not in published[doomed]]
    page = ListUserTweets(_DeletingTweets(tweets, published[doomed])).execute(PageRequest("alice", 2))
    assert list(page.items) == left[:2]


class _FrontierBelow(_DeletingTweets):
    """A store whose frontier is below its newest tweet, as when ids are not committed in order."""

    def __init__(self, tweets: MemoryTweets, frontier: int) -> None:
        super().__init__(tweets, ())
        self._frontier = frontier

    def frontier(self) -> int:
        return self._frontier


def test_tweets_above_the_frontier_are_not_shown_yet(tweets: MemoryTweets, published: list[Tweet]) -> None:
    behind = _FrontierBelow(tweets, published[2].id)
    page = ListUserTweets(behind).execute(PageRequest("alice", 2))
    assert list(page.items) == published[2:4]
