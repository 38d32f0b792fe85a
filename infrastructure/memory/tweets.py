"""Tweets, author logs and unpushed tweets in memory."""

import threading
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from itertools import islice

from domain.events import TweetCreated
from domain.timeline import merge_newest, newest_between
from domain.tweet import Tweet
from domain.tweet_id import next_tweet_id
from infrastructure.counts import TweetCounts
from infrastructure.memory.sharded_dict import ShardedDict


class _Author:
    """An author's id, held once for all their tweets, and the ids of these in ascending order."""

    __slots__ = ("id", "log")

    def __init__(self, author_id: str) -> None:
        self.id = author_id
        self.log: list[int] = []


class MemoryTweets:
    """Every tweet by id, and per author the ascending ids of all and of the unpushed ones.

    An id is the same object wherever it is kept, here and in timelines, hence 8 bytes.

    The lock protects all of it together, and the counts: taking an id and writing the tweet everywhere is one step, so
    the frontier is simply the last id given out. It is held for microseconds, and once for each author where many are
    looked up.
    """

    def __init__(self, now_ms: Callable[[], int], node_id: int) -> None:
        """`now_ms` is Unix time in milliseconds; `node_id` goes into the ids."""
        self._now_ms = now_ms
        self._node_id = node_id
        self._lock = threading.Lock()
        self._last_id = 0
        self._tweets: ShardedDict[int, Tweet] = ShardedDict()
        self._authors: ShardedDict[str, _Author] = ShardedDict()
        self._unpushed: dict[str, list[int]] = {}
        self._unqueued: OrderedDict[int, TweetCreated] = OrderedDict()
        self._published_push = 0
        self._published_pull = 0
        self._unpushed_count = 0

    def publish(self, author_id: str, text: str, *, pulled: bool) -> Tweet:
        """Stores a tweet. It is unpushed until `mark_pushed` and, unless `pulled`, unqueued until `mark_queued`."""
        now_ms = self._now_ms()
        with self._lock:
            author = self._author(author_id)
            tweet = Tweet(next_tweet_id(self._last_id, now_ms, self._node_id), author.id, text)
            self._last_id = tweet.id
            self._tweets[tweet.id] = tweet
            author.log.append(tweet.id)
            self._unpushed.setdefault(author.id, []).append(tweet.id)
            self._unpushed_count += 1
            if pulled:
                self._published_pull += 1
            else:
                self._published_push += 1
                self._unqueued[tweet.id] = TweetCreated(tweet.id, author.id)
        return tweet

    def frontier(self) -> int:
        """The last id given out."""
        with self._lock:
            return self._last_id

    def get(self, tweet_id: int) -> Tweet | None:
        with self._lock:
            return self._tweets.get(tweet_id)

    def get_many(self, tweet_ids: Iterable[int]) -> list[Tweet | None]:
        """The tweets with these ids, in their order; None for those that are not there."""
        with self._lock:
            return self._tweets.get_many(tweet_ids)

    def count(self, author_id: str) -> int:
        with self._lock:
            author = self._authors.get(author_id)
            return len(author.log) if author else 0

    def delete(self, tweet_id: int) -> bool:
        """Removes the tweet everywhere; False when it is not there."""
        with self._lock:
            tweet = self._tweets.pop(tweet_id)
            if tweet is None:
                return False
            _remove(self._author(tweet.author_id).log, tweet_id)
            self._remove_unpushed(tweet)
            self._unqueued.pop(tweet_id, None)
            return True

    def newest(self, author_ids: Iterable[str], low: int, high: int, limit: int) -> Sequence[int]:
        """The newest `limit` ids of these authors strictly between the bounds, newest first."""
        return merge_newest([self._log(id_, low, high, limit) for id_ in author_ids], limit)

    def _log(self, author_id: str, low: int, high: int, limit: int) -> Sequence[int]:
        with self._lock:
            author = self._authors.get(author_id)
            return newest_between(author.log, low, high, limit) if author else ()

    def unpushed(self, author_ids: AbstractSet[str], low: int, high: int, limit: int) -> Sequence[int]:
        """The newest `limit` unpushed ids of these authors strictly between the bounds, newest first."""
        with self._lock:
            waiting = author_ids & self._unpushed.keys()
            logs = [newest_between(self._unpushed[id_], low, high, limit) for id_ in waiting]
        return merge_newest(logs, limit)

    def is_unpushed(self, tweet_id: int) -> bool:
        """False too when the tweet is not there."""
        with self._lock:
            tweet = self._tweets.get(tweet_id)
            return tweet is not None and _holds(self._unpushed.get(tweet.author_id, ()), tweet_id)

    def mark_pushed(self, tweet_id: int) -> None:
        """Takes the tweet out of unpushed; nothing happens when it is not there."""
        with self._lock:
            tweet = self._tweets.get(tweet_id)
            if tweet is not None:
                self._remove_unpushed(tweet)

    def unqueued(self, limit: int) -> list[TweetCreated]:
        """At most `limit` events that are still to be queued, oldest first."""
        with self._lock:
            return list(islice(self._unqueued.values(), limit))

    def mark_queued(self, tweet_id: int) -> None:
        """Forgets that the tweet is to be queued, because now it is."""
        with self._lock:
            self._unqueued.pop(tweet_id, None)

    def unqueued_count(self) -> int:
        with self._lock:
            return len(self._unqueued)

    def counts(self) -> TweetCounts:
        with self._lock:
            return TweetCounts(self._published_push, self._published_pull, self._unpushed_count, len(self._unqueued))

    def _author(self, author_id: str) -> _Author:
        author = self._authors.get(author_id)
        if author is None:
            author = self._authors[author_id] = _Author(author_id)
        return author

    def _remove_unpushed(self, tweet: Tweet) -> None:
        ids = self._unpushed.get(tweet.author_id)
        if ids is None or not _remove(ids, tweet.id):
            return
        self._unpushed_count -= 1
        if not ids:
            del self._unpushed[tweet.author_id]


def _holds(ids: Sequence[int], tweet_id: int) -> bool:
    at = bisect_left(ids, tweet_id)
    return at < len(ids) and ids[at] == tweet_id


def _remove(ids: list[int], tweet_id: int) -> bool:
    if not _holds(ids, tweet_id):
        return False
    del ids[bisect_left(ids, tweet_id)]
    return True
