"""The outbox in PostgreSQL."""

from collections.abc import Collection
from functools import partial
from typing import Any, LiteralString

from domain.delivery import BACKOFF_MAX_SECONDS, Delivery, RetryPolicy
from domain.events import DeliveryFailed, TweetDeadLettered
from infrastructure.counts import OutboxCounts
from infrastructure.postgres.database import Database
from infrastructure.postgres.readers import COUNTED_MAX
from infrastructure.postgres.sessions import Connection

DUE: LiteralString = """
    WITH leased AS (
        UPDATE unpushed SET due_at_ms = clock_ms() + %s::bigint
        WHERE tweet_id = ANY (ARRAY(
            SELECT tweet_id FROM unpushed WHERE due_at_ms <= (SELECT clock_ms())
            ORDER BY due_at_ms, tweet_id LIMIT %s::bigint FOR UPDATE SKIP LOCKED
        ))
        RETURNING tweet_id, author_id, after_follow_id
    )
    SELECT tweet_id, author_id, after_follow_id FROM leased ORDER BY tweet_id
"""

HASTEN: LiteralString = "UPDATE unpushed SET due_at_ms = clock_ms() WHERE due_at_ms > clock_ms() + %s::bigint"

LEASE: LiteralString = """
    UPDATE unpushed SET due_at_ms = clock_ms() + %s::bigint
    WHERE tweet_id = %s::bigint AND author_id = %s::text AND due_at_ms IS NOT NULL
"""

DONE: LiteralString = """
    DELETE FROM unpushed WHERE tweet_id = %s::bigint AND (due_at_ms IS NOT NULL OR failed_at_ms IS NOT NULL)
"""

WAITING: LiteralString = """
    SELECT attempts, after_follow_id FROM unpushed WHERE tweet_id = %s::bigint AND due_at_ms IS NOT NULL FOR UPDATE
"""

RETRY: LiteralString = """
    UPDATE unpushed SET attempts = %s, after_follow_id = %s, error = %s, due_at_ms = clock_ms() + %s::bigint
    WHERE tweet_id = %s::bigint
"""

GIVE_UP: LiteralString = """
    UPDATE unpushed SET attempts = %s, after_follow_id = %s, error = %s, due_at_ms = NULL, failed_at_ms = clock_ms()
    WHERE tweet_id = %s::bigint RETURNING tweet_id, author_id, attempts, error, failed_at_ms
"""

DEAD: LiteralString = """
    SELECT tweet_id, author_id, attempts, error, failed_at_ms FROM unpushed
    WHERE failed_at_ms IS NOT NULL AND tweet_id < %s::bigint ORDER BY tweet_id DESC LIMIT %s::bigint
"""

REDRIVE: LiteralString = """
    UPDATE unpushed SET attempts = 0, after_follow_id = 0, error = '', due_at_ms = clock_ms(), failed_at_ms = NULL
    WHERE failed_at_ms IS NOT NULL AND (%s::bigint[] IS NULL OR tweet_id = ANY (%s::bigint[])) RETURNING tweet_id
"""

COUNTS: LiteralString = """
    SELECT
        (SELECT count(*) FROM unpushed WHERE due_at_ms IS NOT NULL),
        (SELECT count(*) FROM unpushed WHERE due_at_ms IS NOT NULL AND attempts > 0),
        (SELECT count(*) FROM unpushed WHERE failed_at_ms IS NOT NULL),
        (
            SELECT CASE WHEN reltuples < %s::bigint THEN (SELECT count(*) FROM unpushed) ELSE reltuples::bigint END
            FROM pg_class WHERE oid = 'unpushed'::regclass
        ),
        (SELECT min(tweet_id) FROM unpushed WHERE due_at_ms IS NOT NULL)
"""


class PostgresOutbox:
    """The tweets that are to be pushed, and those that were given up, as rows that workers lease.

    Two workers never lease one row at the same time: each skips the rows that the other has locked. All methods raise
    `Unavailable`.
    """

    def __init__(self, database: Database, policy: RetryPolicy, lease_seconds: float, due_seconds: float = 0.0) -> None:
        """A row is due `due_seconds` after its publish; one that was handed out is due again after `lease_seconds`."""
        self._database = database
        self._policy = policy
        self._lease_ms = round(lease_seconds * 1000)
        self._longest_ms = round(2000 * max(lease_seconds, due_seconds, BACKOFF_MAX_SECONDS))

    def due(self, limit: int) -> list[Delivery]:
        """Returns at most `limit` deliveries that are due, leased: they are due again when the lease ends."""
        if limit <= 0:
            return []
        return [Delivery(*row) for row in self._database.rows(DUE, (self._lease_ms, limit))]

    def hasten(self) -> int:
        """Makes rows due that would wait for longer than any other; returns their number.

        The clock was set back, or another server with an earlier one took over.
        """
        return self._database.count(HASTEN, (self._longest_ms,))

    def lease(self, tweet_id: int, author_id: str) -> bool:
        """Leases the row of the author's tweet; False if it does not wait: it was pushed, given up or deleted."""
        return self._database.count(LEASE, (self._lease_ms, tweet_id, author_id)) == 1

    def done(self, tweet_id: int) -> bool:
        """Removes the row of a tweet that all followers have; returns False if it has none."""
        return self._database.count(DONE, (tweet_id,)) == 1

    def failed(self, delivery: Delivery, error: str) -> DeliveryFailed | TweetDeadLettered | None:
        """Records a failed attempt: the time of the next one, or a dead letter. Returns None if the row is gone.

        Attempts are counted since the last progress.
        """
        return self._database.transaction(partial(self._record_failure, delivery, error))

    def _record_failure(
        self, delivery: Delivery, error: str, connection: Connection
    ) -> DeliveryFailed | TweetDeadLettered | None:
        row = connection.execute(WAITING, (delivery.tweet_id,)).fetchone()
        if row is None:
            return None
        attempts, after = row
        attempts = attempts + 1 if delivery.after <= after else 1
        after = max(after, delivery.after)
        # PostgreSQL stores no NUL in a text.
        error = error.replace("\0", "\N{SYMBOL FOR NULL}")
        retry_in = self._policy.retry_in(attempts)
        if retry_in is None:
            given_up: tuple[Any, ...] = next(connection.execute(GIVE_UP, (attempts, after, error, delivery.tweet_id)))
            return TweetDeadLettered(*given_up)
        connection.execute(RETRY, (attempts, after, error, round(retry_in * 1000), delivery.tweet_id))
        return DeliveryFailed(delivery.tweet_id, attempts, error, retry_in)

    def dead_before(self, tweet_id: int, limit: int) -> list[TweetDeadLettered]:
        """Returns at most `limit` dead letters with smaller tweet ids, newest tweet first."""
        return [TweetDeadLettered(*row) for row in self._database.rows(DEAD, (tweet_id, limit))]

    def redrive(self, tweet_ids: Collection[int] | None) -> list[int]:
        """Makes dead letters of these tweets, or all, wait again with all attempts; returns the ids of their tweets."""
        wanted = None if tweet_ids is None else list(tweet_ids)
        redriven = [tweet_id for (tweet_id,) in self._database.rows(REDRIVE, (wanted, wanted))]
        return sorted(redriven, reverse=True)

    def counts(self) -> OutboxCounts:
        """Counts the rows; there is about the number of unpushed tweets where they are very many."""
        return OutboxCounts(*self._database.row(COUNTS, (COUNTED_MAX,)))
