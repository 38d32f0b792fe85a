"""Tweets and author logs in memory."""

import threading
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet

from domain.timeline import merge_newest, newest_between
from domain.tweet import Tweet
from domain.tweet_id import next_tweet_id
from infrastructure.clock import Clock
from infrastructure.memory.all_ids import AllIds
from infrastructure.memory.idempotency_keys import IdempotencyKeys
from infrastructure.memory.sharded_dict import ShardedDict
from infrastructure.memory.unpushed import Unpushed, remove_id
from usecases.publish_tweet import IdempotencyKey, Publication


class _Author:
    """An author's id, held once for all their tweets, and the ids of these in ascending order."""

    __slots__ = ("id", "log")

    def __init__(self, author_id: str) -> None:
        self.id = author_id
        self.log: list[int] = []


class MemoryTweets:
    """Every tweet by id, the ascending ids of all and per author, and what is published under idempotency keys.

    A tweet id is the same object wherever it is kept, here and in timelines, hence it takes 8 bytes there.

    The lock protects all of it together with the unpushed tweets: a publish takes the id and writes everywhere in one
    step, so the frontier is the last id given out. The lock is held for microseconds, and once for each author where
    many are looked up.
    """

    def __init__(
        self,
        lock: threading.Lock,
        unpushed: Unpushed,
        keys: IdempotencyKeys,
        clock: Clock,
        *,
        node_id: int,
        hint_seconds: float,
        followers_count: Callable[[str], int],
    ) -> None:
        """`node_id` goes into the ids. An outbox row is due after `hint_seconds`: the hint usually comes first."""
        self._lock = lock
        self._unpushed = unpushed
        self._keys = keys
        self._clock = clock
        self._node_id = node_id
        self._hint_seconds = hint_seconds
        self._followers_count = followers_count
        self._last_id = 0
        self._tweets: ShardedDict[int, Tweet] = ShardedDict()
        self._all = AllIds()
        self._authors: ShardedDict[str, _Author] = ShardedDict()

    def publish(self, author_id: str, text: str, *, pull_from: int, key: IdempotencyKey | None = None) -> Publication:
        """Stores a tweet, and what the key was used for. It is pulled if the author has `pull_from` followers."""
        pulled = self.is_pulled(author_id, pull_from)
        now_ms, now = self._clock.now_ms(), self._clock.monotonic()
        with self._lock:
            if key is not None and (earlier := self._keys.get(author_id, key.value, now)) is not None:
                return earlier
            tweet = self._draft(author_id, text, self._last_id, now_ms)
            self._store(tweet, pulled=pulled, key=key, now=now)
        return Publication(tweet, pulled=pulled)

    def is_pulled(self, author_id: str, pull_from: int) -> bool:
        """Returns True if the author has at least `pull_from` followers now."""
        return self._followers_count(author_id) >= pull_from

    def draft(self, author_id: str, text: str, after: int) -> Tweet:
        """A tweet that is not stored, with the next id; it is above `after`, too."""
        now_ms = self._clock.now_ms()
        with self._lock:
            return self._draft(author_id, text, max(after, self._last_id), now_ms)

    def store(self, tweet: Tweet, *, pulled: bool, key: IdempotencyKey | None) -> Publication:
        """Stores a tweet that was drafted; its id is above those of all that are stored."""
        now = self._clock.monotonic()
        with self._lock:
            self._store(tweet, pulled=pulled, key=key, now=now)
        return Publication(tweet, pulled=pulled)

    def load(self, tweets: Iterable[tuple[int, str, str, bool]], last_id: int) -> None:
        """Stores tweets of a former process: id, author, text and whether it is pulled, in the order of the ids.

        The others need no push, because all timelines are absent. The next id is above `last_id`.
        """
        with self._lock:
            for tweet_id, author_id, text, pulled in tweets:
                author = self._author(author_id)
                self._tweets[tweet_id] = Tweet(tweet_id, author.id, text)
                self._all.append(tweet_id)
                author.log.append(tweet_id)
                if pulled:
                    self._unpushed.add_pulled(tweet_id, author.id)
            self._last_id = last_id

    def load_key(self, user_id: str, key: str, publication: Publication, seconds: float) -> None:
        """Keeps what a former process published under a key, for so many seconds more."""
        now = self._clock.monotonic()
        with self._lock:
            self._keys.keep(user_id, key, publication, now, seconds)

    def published_under(self, author_id: str, key: str) -> Publication | None:
        """Returns the author's publication under this key in the last 24 hours, if there is one."""
        now = self._clock.monotonic()
        with self._lock:
            return self._keys.get(author_id, key, now)

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
        """Returns the number of this author's tweets."""
        with self._lock:
            author = self._authors.get(author_id)
            return len(author.log) if author else 0

    def delete(self, tweet_id: int) -> bool:
        """Removes the tweet everywhere; False when it is not there."""
        with self._lock:
            tweet = self._tweets.pop(tweet_id)
            if tweet is None:
                return False
            self._all.remove(tweet_id)
            remove_id(self._author(tweet.author_id).log, tweet_id)
            self._unpushed.remove_deleted(tweet_id, tweet.author_id)
            return True

    def newest(self, author_ids: Iterable[str], low: int, high: int, limit: int) -> Sequence[int]:
        """The newest `limit` ids of these authors strictly between the bounds, newest first."""
        return merge_newest([self._log(id_, low, high, limit) for id_ in author_ids], limit)

    def newest_of_all(self, low: int, high: int, limit: int) -> Sequence[int]:
        """The newest `limit` ids of everybody strictly between the bounds, newest first."""
        with self._lock:
            return self._all.newest(low, high, limit)

    def unpushed(self, author_ids: AbstractSet[str], low: int, high: int, limit: int) -> Sequence[int]:
        """The newest `limit` unpushed ids of these authors strictly between the bounds, newest first."""
        with self._lock:
            return self._unpushed.newest(author_ids, low, high, limit)

    def _log(self, author_id: str, low: int, high: int, limit: int) -> Sequence[int]:
        with self._lock:
            author = self._authors.get(author_id)
            return newest_between(author.log, low, high, limit) if author else ()

    def _draft(self, author_id: str, text: str, after: int, now_ms: int) -> Tweet:
        return Tweet(next_tweet_id(after, now_ms, self._node_id), self._author(author_id).id, text)

    def _store(self, tweet: Tweet, *, pulled: bool, key: IdempotencyKey | None, now: float) -> None:
        self._last_id = tweet.id
        self._tweets[tweet.id] = tweet
        self._all.append(tweet.id)
        self._author(tweet.author_id).log.append(tweet.id)
        if pulled:
            self._unpushed.add_pulled(tweet.id, tweet.author_id)
        else:
            self._unpushed.add_waiting(tweet.id, tweet.author_id, now + self._hint_seconds)
        if key is not None:
            self._keys.keep(tweet.author_id, key.value, Publication(tweet, key.digest, replayed=True), now)

    def _author(self, author_id: str) -> _Author:
        author = self._authors.get(author_id)
        if author is None:
            author = self._authors[author_id] = _Author(author_id)
        return author
