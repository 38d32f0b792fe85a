"""Announcements to the streams of all processes, out of the database."""

import threading
import time
from collections.abc import Callable, Iterable
from typing import LiteralString, Protocol

from domain.events import Announcement
from infrastructure.memory.events import MemoryAnnouncements
from infrastructure.postgres.database import Database

LOOK_SECONDS = 1.0
"""The time between two looks at what other processes wrote."""

TWEETS_AT_ONCE = 1000

KEPT_SECONDS = 60.0
"""Deletions stay in the table for so long."""

OVERLAP_MS = 10_000
"""How far each look for deletions goes back before the last one: they become visible after their time, but never so
much later."""

NEW_TWEETS: LiteralString = """
    SELECT id, author_id FROM tweets WHERE id > %s::bigint AND id <= %s::bigint ORDER BY id LIMIT %s::bigint
"""

DELETIONS: LiteralString = """
    SELECT tweet_id, author_id FROM deletions
    WHERE deleted_at_ms > (SELECT clock_ms()) - %s::bigint ORDER BY deleted_at_ms
"""

EXPIRE: LiteralString = "DELETE FROM deletions WHERE deleted_at_ms < (SELECT clock_ms()) - %s::bigint"


class Tweets(Protocol):
    def frontier(self) -> int: ...


class PostgresAnnouncements:
    """Announces what this process writes at once, and what others write by looking once a second.

    While no stream is open it asks nothing. A tweet is announced again when the frontier has passed it, because its
    stream may have looked too early. A deletion is announced once; the first stream may hear of those of the last
    seconds, too. Only one thread may call `take`.
    """

    def __init__(self, database: Database, tweets: Tweets, capacity: int) -> None:
        self._database = database
        self._tweets = tweets
        self._queue = MemoryAnnouncements(capacity)
        self._is_wanted: Callable[[], bool] = lambda: True
        self._look_at = 0.0
        self._seen_up_to: int | None = None
        self._heard_at = 0.0
        """When the last look for deletions began that succeeded."""
        self._told = _Told()
        self.announce = self._queue.announce

    def wanted_while(self, is_wanted: Callable[[], bool]) -> None:
        """From now on drops announcements while `is_wanted` returns False."""
        self._is_wanted = is_wanted
        self._queue.wanted_while(is_wanted)

    def announce_deletion(self, tweet_id: int, author_id: str) -> None:
        """Tells the listener that the author deleted a tweet."""
        if self._is_wanted() and self._told.is_new(tweet_id):
            self._queue.announce_deletion(tweet_id, author_id)

    def take(self, timeout: float) -> Announcement | None:
        """Returns the next announcement; None after `timeout` seconds without one. Raises `Unavailable`."""
        ends_at = time.monotonic() + timeout
        if time.monotonic() >= self._look_at:
            self._look_at = time.monotonic() + LOOK_SECONDS
            self._look()
        return self._queue.take(max(0.0, min(ends_at, self._look_at) - time.monotonic()))

    def _look(self) -> None:
        if not self._is_wanted():
            self._seen_up_to = None
            return
        began_at = time.monotonic()
        if self._seen_up_to is None:
            self._heard_at = began_at
        frontier = self._tweets.frontier()
        for tweet in self._new_tweets(frontier if self._seen_up_to is None else self._seen_up_to, frontier):
            self._queue.announce(tweet.tweet_id, tweet.author_id)
        self._seen_up_to = frontier
        # Longer after an outage, during which other processes may have gone on.
        since_ms = OVERLAP_MS + round((began_at - self._heard_at) * 1000)
        for tweet_id, author_id in self._database.rows(DELETIONS, (since_ms,)):
            if self._told.is_new(tweet_id):
                self._queue.announce_deletion(tweet_id, author_id)
        self._heard_at = began_at

    def _new_tweets(self, low: int, high: int) -> Iterable[Announcement]:
        while low < high:
            found = [Announcement(*row) for row in self._database.rows(NEW_TWEETS, (low, high, TWEETS_AT_ONCE))]
            yield from found
            low = found[-1].tweet_id if len(found) == TWEETS_AT_ONCE else high

    def expire(self) -> None:
        """Removes old deletions from the table."""
        self._database.count(EXPIRE, (round(KEPT_SECONDS * 1000),))


class _Told:
    """The tweets whose deletion was told lately. The lock protects them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._told_at: dict[int, float] = {}

    def is_new(self, tweet_id: int) -> bool:
        """Returns True for the first call with this tweet in a while."""
        now = time.monotonic()
        with self._lock:
            while self._told_at and next(iter(self._told_at.values())) < now - KEPT_SECONDS:
                del self._told_at[next(iter(self._told_at))]
            is_new = tweet_id not in self._told_at
            self._told_at.setdefault(tweet_id, now)
        return is_new
