"""Tweets and author logs in PostgreSQL."""

from collections.abc import Collection, Iterable, Sequence
from typing import LiteralString

from domain.tweet import Tweet
from infrastructure.postgres.author_logs import newest_of
from infrastructure.postgres.database import Database
from infrastructure.postgres.shared_look import SharedLook
from usecases.publish_tweet import IdempotencyKey, Publication

FRONTIER: LiteralString = "SELECT frontier()"

FRONTIER_AND_LAST_ID: LiteralString = "SELECT frontier(), last_value FROM last_tweet_id"

PUBLISH: LiteralString = """
    SELECT tweet_id, body, digest, replayed, pulled
    FROM publish(%s::text, %s::text, %s::bigint, %s::bigint, %s::boolean, %s::text, %s::text)
"""

PUBLISHED_UNDER: LiteralString = """
    SELECT tweet_id, body, digest FROM idempotency_keys
    WHERE user_id = %s::text AND key = %s::text AND expires_at_ms > clock_ms()
"""

TWEETS: LiteralString = "SELECT id, author_id, body FROM tweets WHERE id = ANY (%s::bigint[])"

DELETE: LiteralString = "SELECT delete_tweet(%s::bigint)"

COUNT: LiteralString = "SELECT coalesce((SELECT tweets_count FROM users WHERE id = %s::text), 0)"

NEWEST_OF_ALL: LiteralString = """
    SELECT id FROM tweets WHERE id > %s::bigint AND id < %s::bigint ORDER BY id DESC LIMIT %s::bigint
"""

UNPUSHED: LiteralString = """
    SELECT found.tweet_id
    FROM unnest(%s::text[]) AS author CROSS JOIN LATERAL (
        SELECT tweet_id FROM unpushed
        WHERE author_id = author AND tweet_id > %s::bigint AND tweet_id < %s::bigint
        ORDER BY tweet_id DESC LIMIT %s::bigint
    ) AS found
    ORDER BY found.tweet_id DESC LIMIT %s::bigint
"""


class PostgresTweets:
    """Every tweet by id, the author logs, and what is published under idempotency keys.

    Each method is one statement. All raise `Unavailable`.
    """

    def __init__(self, database: Database, *, due_seconds: float, keeps_unpushed: bool) -> None:
        """An outbox row is due after `due_seconds`. There are none without `keeps_unpushed`: nothing is pushed."""
        self._database = database
        self._due_ms = round(due_seconds * 1000)
        self._keeps_unpushed = keeps_unpushed
        self.frontier = SharedLook(self._frontier)

    def publish(self, author_id: str, text: str, *, pull_from: int, key: IdempotencyKey | None) -> Publication:
        """Stores a tweet, with its outbox row or pulled mark, and what the key was used for, in one statement."""
        value, digest = (None, None) if key is None else (key.value, key.digest)
        tweet_id, body, digest, replayed, pulled = self._database.row(
            PUBLISH, (author_id, text, pull_from, self._due_ms, self._keeps_unpushed, value, digest)
        )
        return Publication(Tweet(tweet_id, author_id, body), digest, replayed=replayed, pulled=pulled)

    def published_under(self, author_id: str, key: str) -> Publication | None:
        """Returns what the author published under this key in the last 24 hours; None if nothing."""
        rows = self._database.rows(PUBLISHED_UNDER, (author_id, key))
        return next(
            (Publication(Tweet(id_, author_id, body), digest, replayed=True) for id_, body, digest in rows), None
        )

    def get(self, tweet_id: int) -> Tweet | None:
        return self.get_many([tweet_id])[0]

    def get_many(self, tweet_ids: Iterable[int]) -> list[Tweet | None]:
        """Returns the tweets with these ids, in their order; None for a tweet that does not exist."""
        wanted = list(tweet_ids)
        found = {row[0]: Tweet(*row) for row in self._database.rows(TWEETS, (wanted,))} if wanted else {}
        return [found.get(id_) for id_ in wanted]

    def count(self, author_id: str) -> int:
        """Returns the number of this author's tweets."""
        return int(self._database.value(COUNT, (author_id,)))

    def delete(self, tweet_id: int) -> bool:
        """Removes the tweet everywhere; returns False if it was gone already."""
        return bool(self._database.value(DELETE, (tweet_id,)))

    def newest(self, author_ids: Iterable[str], low: int, high: int, limit: int) -> Sequence[int]:
        """Returns the newest `limit` ids of these authors strictly between the bounds, newest first."""
        return newest_of(self._database, list(author_ids), low, high, limit)

    def newest_of_all(self, low: int, high: int, limit: int) -> Sequence[int]:
        """Returns the newest `limit` ids of everybody strictly between the bounds, newest first."""
        return [tweet_id for (tweet_id,) in self._database.rows(NEWEST_OF_ALL, (low, high, limit))]

    def unpushed(self, author_ids: Collection[str], low: int, high: int, limit: int) -> Sequence[int]:
        """Returns the newest `limit` unpushed ids of these authors strictly between the bounds, newest first."""
        rows = self._database.rows(UNPUSHED, (list(author_ids), low, high, limit, limit))
        return [tweet_id for (tweet_id,) in rows]

    def frontier_and_last_id(self) -> tuple[int, int]:
        """Returns the frontier and the last id given out, which is above it while a publish is under way.

        The last id may be looked at first, and then be below a frontier that has just moved on.
        """
        frontier, last = self._database.row(FRONTIER_AND_LAST_ID)
        return frontier, last

    def _frontier(self) -> int:
        return int(self._database.value(FRONTIER))
