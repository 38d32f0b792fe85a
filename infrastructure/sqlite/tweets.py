"""Tweets in memory behind the journal."""

import sqlite3
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from domain.tweet import Tweet
from infrastructure.memory.idempotency_keys import KEPT_SECONDS
from infrastructure.memory.tweets import MemoryTweets
from infrastructure.sqlite.journal import Journal
from usecases.publish_tweet import IdempotencyKey, Publication

KEPT_MS = int(KEPT_SECONDS * 1000)

EXPIRE_KEYS = """
    DELETE FROM idempotency_keys WHERE (user_id, key) IN (
        SELECT user_id, key FROM idempotency_keys WHERE expires_at_ms <= ? ORDER BY expires_at_ms LIMIT 2
    )
"""
"""More leave than come, so that the file holds a day's keys, and no write waits for many of them."""


class JournaledTweets:
    """Writes each publish and delete to the journal first. Everything else is what `MemoryTweets` does."""

    def __init__(self, memory: MemoryTweets, journal: Journal, now_ms: Callable[[], int]) -> None:
        self._memory = memory
        self._journal = journal
        self.now_ms = now_ms
        self._last_id = 0
        self.published_under = memory.published_under
        self.frontier = memory.frontier
        self.get = memory.get
        self.get_many = memory.get_many
        self.count = memory.count
        self.newest = memory.newest
        self.newest_of_all = memory.newest_of_all
        self.unpushed = memory.unpushed

    def publish(self, author_id: str, text: str, *, pull_from: int, key: IdempotencyKey | None) -> Publication:
        """Stores a tweet, and what the key was used for; raises `Unavailable` when that cannot be written."""
        pulled = self._memory.is_pulled(author_id, pull_from)
        return self._journal.make(_Publish(self, author_id, text, pulled, key))

    def delete(self, tweet_id: int) -> bool:
        """Removes the tweet everywhere; raises `Unavailable` when that cannot be written."""
        return self._journal.make(_Delete(self._memory, tweet_id))

    def earlier(self, author_id: str, key: IdempotencyKey | None) -> Publication | None:
        return None if key is None else self._memory.published_under(author_id, key.value)

    def draft(self, author_id: str, text: str) -> Tweet:
        """A tweet with the next id, which also no tweet of this commit has. For the writer's thread alone."""
        tweet = self._memory.draft(author_id, text, after=self._last_id)
        self._last_id = tweet.id
        return tweet

    def store(self, tweet: Tweet, *, pulled: bool, key: IdempotencyKey | None) -> Publication:
        return self._memory.store(tweet, pulled=pulled, key=key)


@dataclass(slots=True)
class _Publish:
    tweets: JournaledTweets
    author_id: str
    text: str
    pulled: bool
    key: IdempotencyKey | None
    outcome: Publication | Tweet = field(init=False)
    """The earlier publication under the key, or the tweet that is to be stored."""

    @property
    def touches(self) -> Hashable:
        return (self.author_id, self.key.value) if self.key is not None else object()

    def write(self, database: sqlite3.Connection) -> None:
        earlier = self.tweets.earlier(self.author_id, self.key)
        if earlier is not None:
            self.outcome = earlier
            return
        tweet = self.outcome = self.tweets.draft(self.author_id, self.text)
        database.execute(
            "INSERT INTO tweets VALUES (?, ?, ?, ?)", (tweet.id, tweet.author_id, tweet.text, int(self.pulled))
        )
        if self.key is not None:
            self._write_key(database, self.key, tweet)

    def _write_key(self, database: sqlite3.Connection, key: IdempotencyKey, tweet: Tweet) -> None:
        now_ms = self.tweets.now_ms()
        database.execute(EXPIRE_KEYS, (now_ms,))
        database.execute(
            "INSERT OR REPLACE INTO idempotency_keys VALUES (?, ?, ?, ?, ?, ?)",
            (tweet.author_id, key.value, key.digest, tweet.id, tweet.text, now_ms + KEPT_MS),
        )

    def apply(self) -> Publication:
        if isinstance(self.outcome, Publication):
            return self.outcome
        return self.tweets.store(self.outcome, pulled=self.pulled, key=self.key)


@dataclass(frozen=True, slots=True)
class _Delete:
    memory: MemoryTweets
    tweet_id: int

    @property
    def touches(self) -> Hashable:
        return self.tweet_id

    def write(self, database: sqlite3.Connection) -> None:
        database.execute("DELETE FROM tweets WHERE id = ?", (self.tweet_id,))

    def apply(self) -> bool:
        return self.memory.delete(self.tweet_id)
