"""Everybody's tweets are exact while many publish and delete."""

import random
import threading
from collections.abc import Sequence

import pytest

from app.compose.ports import Tweets
from tests.contracts.limits import ALL, NEWEST
from tests.contracts.racing import RACERS, race_of_twenty
from usecases.list_all_tweets import ListAllTweets, ListAllTweetsRequest
from usecases.publish_tweet import NEVER_PULLED

PUBLISHED_FIRST = 120
CHANGES = 30
WALKS = 3
LIMITS = (1, 7, 40)


class Ledger:
    """The oracle: which tweets certainly exist, and which certainly do not.

    A change is noted on the side of doubt: a tweet exists for certain once its publish has returned and until its
    delete begins, and is gone for certain once its delete has returned.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._there: set[int] = set()
        self._gone: set[int] = set()

    def published(self, tweet_id: int) -> None:
        with self._lock:
            self._there.add(tweet_id)

    def deletion_begins(self, tweet_id: int) -> None:
        with self._lock:
            self._there.discard(tweet_id)

    def deleted(self, tweet_id: int) -> None:
        with self._lock:
            self._gone.add(tweet_id)

    def there(self) -> set[int]:
        with self._lock:
            return set(self._there)

    def gone(self) -> set[int]:
        with self._lock:
            return set(self._gone)


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def first(tweets: Tweets, ledger: Ledger) -> Sequence[int]:
    """The tweets that are there before the race."""
    return [publish(tweets, ledger, f"author{number % 7}") for number in range(PUBLISHED_FIRST)]


def publish(tweets: Tweets, ledger: Ledger, author: str) -> int:
    tweet_id = tweets.publish(author, "hello", pull_from=NEVER_PULLED, key=None).tweet.id
    ledger.published(tweet_id)
    return tweet_id


def delete(tweets: Tweets, ledger: Ledger, tweet_id: int) -> None:
    ledger.deletion_begins(tweet_id)
    assert tweets.delete(tweet_id)
    ledger.deleted(tweet_id)


def change(tweets: Tweets, ledger: Ledger, mine: list[int], rng: random.Random) -> None:
    """Publishes, and deletes some of the tweets that only this thread deletes."""
    for _ in range(CHANGES):
        mine.append(publish(tweets, ledger, f"author{rng.randrange(7)}"))
        if rng.random() < 0.6:
            delete(tweets, ledger, mine.pop(rng.randrange(len(mine))))


def walk(tweets: Tweets, ledger: Ledger, limit: int) -> None:
    """Reads all pages, and checks them."""
    list_all = ListAllTweets(tweets)
    before, there = NEWEST, ledger.there()
    seen: list[int] = []
    newest = 0
    while True:
        gone = ledger.gone()
        page = list_all.execute(ListAllTweetsRequest(limit, before))
        ids = [tweet.id for tweet in page.items]
        newest = newest or tweets.frontier()
        assert not gone & set(ids), "a page shows a tweet that was deleted before"
        seen += ids
        if page.next_before is None:
            break
        assert len(ids) == limit, "only the last page is short"
        before = page.next_before
    assert seen == sorted(set(seen), reverse=True), "a tweet comes twice, or out of order"
    assert not seen or seen[0] <= newest, "a later page shows a tweet above the first page's frontier"
    assert there & ledger.there() <= set(seen), "a tweet is missing that was there all along"


def test_pages_of_all_tweets_are_exact_while_others_publish_and_delete(
    tweets: Tweets, ledger: Ledger, first: Sequence[int]
) -> None:
    changers = RACERS - len(LIMITS)

    def act(number: int) -> None:
        if number < len(LIMITS):
            for _ in range(WALKS):
                walk(tweets, ledger, LIMITS[number])
        else:
            mine = list(first[number - len(LIMITS) :: changers])
            change(tweets, ledger, mine, random.Random(number))

    race_of_twenty(act)
    assert list(tweets.newest_of_all(0, NEWEST, ALL)) == sorted(ledger.there(), reverse=True)
    for limit in LIMITS:
        walk(tweets, ledger, limit)


def test_the_frontier_hides_no_tweet_of_all(tweets: Tweets) -> None:
    def read() -> list[tuple[int, Sequence[int]]]:
        reads = []
        for _ in range(CHANGES):
            frontier = tweets.frontier()
            reads.append((frontier, tweets.newest_of_all(0, frontier + 1, ALL)))
        return reads

    def write_or_read(number: int) -> list[tuple[int, Sequence[int]]]:
        if number % 2:
            return read()
        for _ in range(CHANGES):
            tweets.publish(f"author{number}", "hello", pull_from=NEVER_PULLED, key=None)
        return []

    reads = [one for many in race_of_twenty(write_or_read) for one in many]
    all_ids = list(tweets.newest_of_all(0, NEWEST, ALL))
    assert len(all_ids) == RACERS // 2 * CHANGES
    for frontier, seen in reads:
        assert list(seen) == [id_ for id_ in all_ids if id_ <= frontier]
