"""Loads the file into the stores in memory."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from domain.tweet import Tweet
from infrastructure.memory.follow_graph import MemoryFollowGraph
from infrastructure.memory.idempotency_keys import KEPT_SECONDS
from infrastructure.memory.tweets import MemoryTweets
from usecases.publish_tweet import Publication

Row = TypeVar("Row")

Progress = Callable[[int, int], None]
"""Is told how many tweets of how many are loaded, every now and then."""

PROGRESS_ROWS = 100_000


def load(
    database: sqlite3.Connection, tweets: MemoryTweets, graph: MemoryFollowGraph, now_ms: int, progress: Progress
) -> None:
    """Fills empty stores with all that the file holds; keys that have expired are removed from it."""
    newest = dict(database.execute("SELECT name, seq FROM sqlite_sequence"))
    follows = database.execute("SELECT follow_id, follower_id, followee_id FROM follows ORDER BY follow_id")
    graph.load(follows, newest.get("follows", 0))
    total: int = database.execute("SELECT count(*) FROM tweets").fetchone()[0]
    rows = database.execute("SELECT id, author_id, text, pulled FROM tweets ORDER BY id")
    tweets.load(_telling(rows, total, progress), newest.get("tweets", 0))
    _load_keys(database, tweets, now_ms)


def _load_keys(database: sqlite3.Connection, tweets: MemoryTweets, now_ms: int) -> None:
    database.execute("DELETE FROM idempotency_keys WHERE expires_at_ms <= ?", (now_ms,))
    rows = database.execute(
        "SELECT user_id, key, digest, tweet_id, text, expires_at_ms FROM idempotency_keys ORDER BY expires_at_ms"
    )
    for user_id, key, digest, tweet_id, text, expires_at_ms in rows:
        # A clock that was set back meanwhile keeps no key for longer than a day.
        seconds = min((expires_at_ms - now_ms) / 1000, KEPT_SECONDS)
        tweet = tweets.get(tweet_id) or Tweet(tweet_id, user_id, text)
        tweets.load_key(user_id, key, Publication(tweet, digest, replayed=True), seconds)


def _telling(rows: Iterable[Row], total: int, progress: Progress) -> Iterator[Row]:
    for number, row in enumerate(rows):
        if number and number % PROGRESS_ROWS == 0:
            progress(number, total)
        yield row
