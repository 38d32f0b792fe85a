"""Fills an empty database with what another engine kept, all or nothing."""

from collections.abc import Callable, Iterable
from typing import Any, LiteralString, Protocol

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from infrastructure.cannot_use import CannotUse
from infrastructure.postgres.schema import KEEP, check_address, check_version, connected, place
from infrastructure.postgres.sessions import KEEPALIVE_IDLE_SECONDS, KEEPALIVE_PAUSE_SECONDS, KEEPALIVE_TRIES

Connection = psycopg.Connection[tuple[Any, ...]]

LOCK_SECONDS = 10.0
"""How long the copy waits for others who write just then."""

PROGRESS_ROWS = 100_000

# A role may have shorter limits for the statements of requests.
LIMITS: LiteralString = """
    SELECT set_config('statement_timeout', '0', true), set_config('idle_in_transaction_session_timeout', '0', true),
        set_config('synchronous_commit', 'on', true), set_config('lock_timeout', %s, true)
"""

# Who writes waits; a process that starts waits for the secret key.
LOCK: LiteralString = """
    LOCK TABLE users, tweets, unpushed, follows, idempotency_keys, deletions, readers, kept_values
    IN SHARE ROW EXCLUSIVE MODE
"""

OTHERS: LiteralString = """
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'perch'
"""

# Whoever followed or published has a row in `users`, even if nothing else is left of it.
NOT_EMPTY: LiteralString = """
    SELECT concat_ws(', ',
        CASE WHEN EXISTS (SELECT FROM users) THEN 'users' END,
        CASE WHEN EXISTS (SELECT FROM tweets) THEN 'tweets' END,
        CASE WHEN EXISTS (SELECT FROM unpushed) THEN 'unpushed' END,
        CASE WHEN EXISTS (SELECT FROM follows) THEN 'follows' END,
        CASE WHEN EXISTS (SELECT FROM idempotency_keys) THEN 'idempotency_keys' END,
        CASE WHEN EXISTS (SELECT FROM deletions) THEN 'deletions' END,
        CASE WHEN EXISTS (SELECT FROM readers) THEN 'readers' END)
"""

TWEETS: LiteralString = "COPY tweets (id, author_id, body) FROM STDIN"
PULLED: LiteralString = "COPY unpushed (tweet_id, author_id) FROM STDIN"
FOLLOWS: LiteralString = "COPY follows (follower_id, followee_id, follow_id) FROM STDIN"
KEYS: LiteralString = "COPY idempotency_keys (user_id, key, digest, tweet_id, body, expires_at_ms) FROM STDIN"

COUNT: LiteralString = """
    INSERT INTO users (id, tweets_count, followers_count, following_count, follows_version)
    SELECT id, sum(tweets), sum(followers), sum(following), sum(following) FROM (
        SELECT author_id AS id, count(*) AS tweets, 0 AS followers, 0 AS following FROM tweets GROUP BY 1
        UNION ALL SELECT followee_id, 0, count(*), 0 FROM follows GROUP BY 1
        UNION ALL SELECT follower_id, 0, 0, count(*) FROM follows GROUP BY 1
    ) AS counted GROUP BY id
"""

# This is undone with the transaction, other than `setval`.
LAST_TWEET_ID: LiteralString = "ALTER SEQUENCE last_tweet_id RESTART WITH {}"
NEXT_FOLLOW_ID: LiteralString = "ALTER SEQUENCE follow_ids RESTART WITH {}"

# Plans and estimates are right from the first request on.
ANALYZE: LiteralString = "ANALYZE users, tweets, unpushed, follows, idempotency_keys"


Rows = Iterable[tuple[Any, ...]]


class Source(Protocol):
    """What is copied; the rows have the columns of the tables here."""

    def tweets(self) -> Rows: ...

    def pulled(self) -> Rows: ...

    def follows(self) -> Rows: ...

    def idempotency_keys(self) -> Rows: ...

    def last_tweet_id(self) -> int: ...

    def last_follow_id(self) -> int: ...

    def secret_key(self) -> str | None: ...


Progress = Callable[[str, int], None]
"""Is told of what how many are written, every now and then and at the end of each."""


def fill(url: str, source: Source, progress: Progress, *, lock_seconds: float = LOCK_SECONDS) -> None:
    """Copies everything in one transaction, a few rows at a time; what ends it before its commit leaves nothing behind.

    Timelines are not filled: they are built when they are read. Ids go on above those of the source. Raises `CannotUse`
    if the database is not empty, is in use or has another schema, and for every error of it.
    """
    with connected(_watched(url)) as connection, connection.transaction():
        connection.execute(LIMITS, (f"{lock_seconds}s",))
        check_version(connection, url)
        _claim(connection, url)
        if (key := source.secret_key()) is not None:
            connection.execute(KEEP, ("secret_key", key))
        _copy(connection, TWEETS, "tweets", source.tweets(), progress)
        _copy(connection, PULLED, "pulled tweets", source.pulled(), progress)
        _copy(connection, FOLLOWS, "follows", source.follows(), progress)
        _copy(connection, KEYS, "idempotency keys", source.idempotency_keys(), progress)
        progress("users", connection.execute(COUNT).rowcount)
        connection.execute(sql.SQL(LAST_TWEET_ID).format(source.last_tweet_id()))
        connection.execute(sql.SQL(NEXT_FOLLOW_ID).format(source.last_follow_id() + 1))
        connection.execute(ANALYZE)


def _watched(url: str) -> str:
    """A server that vanished without a word ends the copy."""
    check_address(url)
    return make_conninfo(
        url,
        application_name="perch copy",
        keepalives_idle=KEEPALIVE_IDLE_SECONDS,
        keepalives_interval=KEEPALIVE_PAUSE_SECONDS,
        keepalives_count=KEEPALIVE_TRIES,
    )


def _claim(connection: Connection, url: str) -> None:
    """Keeps all others from writing until the end of the transaction; raises `CannotUse` if somebody has written."""
    try:
        connection.execute(LOCK)
    except psycopg.errors.LockNotAvailable:
        raise CannotUse(f"Another program writes to the database {place(url)}, perhaps another copy.") from None
    [others] = connection.execute(OTHERS).fetchone() or [0]
    if others:
        raise CannotUse(f"Processes of Perch are connected to the database {place(url)}: stop them first.")
    [filled] = connection.execute(NOT_EMPTY).fetchone() or [""]
    if filled:
        raise CannotUse(
            f"The database {place(url)} is not empty, there are rows in {filled}: take a new one, "
            "or remove everything in it by `python -m app migrate base` and `python -m app migrate`."
        )


def _copy(connection: Connection, statement: LiteralString, name: str, rows: Rows, progress: Progress) -> None:
    written = 0
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
            written += 1
            if written % PROGRESS_ROWS == 0:
                progress(name, written)
    if written % PROGRESS_ROWS or not written:
        progress(name, written)
