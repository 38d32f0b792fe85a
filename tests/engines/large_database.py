"""A database with so many rows that a plan without an index is wrong."""

from typing import LiteralString

from infrastructure.postgres.sessions import Connection

USERS_SHARE = 8
"""Tweets and follows of a user."""

LOAD: tuple[LiteralString, ...] = (
    # So that what has expired does not depend on how long the rest takes.
    "CREATE OR REPLACE FUNCTION clock_ms() RETURNS bigint LANGUAGE sql VOLATILE AS 'SELECT 1800000000000'",
    """
    INSERT INTO users (id, tweets_count, followers_count, following_count)
    SELECT 'user' || n, 10, 10, 10 FROM generate_series(0::bigint, {users} - 1) AS n
    """,
    """
    INSERT INTO tweets SELECT n * 4096, 'user' || n % {users}, 'a tweet of average length, which says nothing'
    FROM generate_series(1::bigint, {rows}) AS n
    """,
    """
    INSERT INTO follows SELECT 'user' || n % {users}, 'user' || (n % {users} + n / {users} + 1) % {users}, n
    FROM generate_series(0::bigint, {rows} - 1) AS n
    """,
    "INSERT INTO follows SELECT 'user' || n, 'star', {rows} + n FROM generate_series(1::bigint, {users} / 2) AS n",
    "INSERT INTO follows SELECT 'fan', 'user' || n, {rows} * 2 + n FROM generate_series(1::bigint, 500) AS n",
    # Pulled tweets stay for ever; some wait, few of them are due, and few are dead letters.
    """
    INSERT INTO unpushed SELECT id, author_id, CASE WHEN n % 200 = 0 THEN clock_ms() + n - 5000 END,
        CASE WHEN n % 1000 = 5 THEN clock_ms() END
    FROM (SELECT id, author_id, id / 4096 AS n FROM tweets) AS numbered WHERE n % 5 = 0
    """,
    """
    INSERT INTO idempotency_keys
    SELECT 'user' || n % {users}, 'key' || n, '', n * 4096, 'a tweet', clock_ms() + 3600000 * (sign(n - 500)::int)
    FROM generate_series(1::bigint, {rows} / 5) AS n
    """,
    """
    INSERT INTO deletions SELECT n, 'user' || n % {users}, clock_ms() - CASE WHEN n <= 100 THEN 3600000 ELSE 30000 END
    FROM generate_series(1::bigint, {rows} / 10) AS n
    """,
    """
    INSERT INTO readers SELECT 'user' || n, n, clock_ms() - (n % 1000) * 1000, true, 0, {rows} * 3
    FROM generate_series(1::bigint, {users} - 1) AS n
    """,
    """
    INSERT INTO timeline_entries SELECT 'user' || n % ({users} - 1) + 1, n % ({users} - 1) + 1, n * 4096
    FROM generate_series(1::bigint, {rows}) AS n
    """,
    """
    SELECT setval('last_tweet_id', {rows}::bigint * 4096), setval('follow_ids', {rows} * 4),
        setval('generations', {rows})
    """,
    "VACUUM (ANALYZE) users, tweets, unpushed, follows, idempotency_keys, deletions, readers, timeline_entries",
)

LARGE = frozenset(
    ("users", "tweets", "unpushed", "follows", "idempotency_keys", "deletions", "readers", "timeline_entries")
)


def load(connection: Connection, rows: int) -> None:
    """Fills an empty database with so many tweets, follows and entries of timelines."""
    connection.execute("SET synchronous_commit = off")
    for statement in LOAD:
        connection.execute(statement.format(rows=rows, users=rows // USERS_SHARE).encode())
