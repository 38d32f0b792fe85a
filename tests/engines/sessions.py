"""Sessions of a database, and what they leave behind."""

import time
from collections.abc import Callable
from typing import Any, LiteralString

import psycopg

from infrastructure.postgres.sessions import Connection
from infrastructure.postgres.tweets import FRONTIER, PUBLISH
from usecases.publish_tweet import NEVER_PULLED

EVENT_SECONDS = 60.0
LOOK_SECONDS = 0.002

LEFT_BEHIND: LiteralString = """
    SELECT 'session', pid, state || ': ' || query FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
    UNION ALL
    SELECT 'advisory lock', pid, format('%s %s %s', mode, classid, objid) FROM pg_locks
    WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""

LAST_ID: LiteralString = "SELECT last_value FROM last_tweet_id"


def connect(url: str) -> Connection:
    """A session in autocommit mode, without a statement time-out; the caller closes it."""
    return psycopg.connect(url, autocommit=True)


def publish(connection: Connection, author: str, key: str | None = None) -> int:
    """Publishes in the session's transaction, or in one of its own; returns the tweet's id."""
    return int(value(connection, PUBLISH, (author, "a tweet", NEVER_PULLED, 0, True, key, key)))


def frontier(connection: Connection) -> int:
    return int(value(connection, FRONTIER))


def value(connection: Connection, statement: LiteralString, parameters: tuple[object, ...] = ()) -> Any:  # noqa: ANN401
    """The first value that the statement returns; None if it returns no row."""
    row = connection.execute(statement, parameters).fetchone()
    return row[0] if row else None


def await_quiet(connection: Connection) -> None:
    """Waits until no other session has a transaction; then no session may have an advisory lock, idle ones included."""
    left: list[tuple[Any, ...]] = []

    def is_quiet() -> bool:
        left[:] = connection.execute(LEFT_BEHIND).fetchall()
        return all(kind != "session" for kind, *_ in left)

    await_that(is_quiet, lambda: f"sessions still work: {left}")
    assert left == []


def check_publishing_goes_on(connection: Connection) -> None:
    """Nothing is left behind, and the frontier passes a new tweet at once."""
    await_quiet(connection)
    tweet_id = publish(connection, "the next author")
    assert frontier(connection) == tweet_id == value(connection, LAST_ID)


def await_that(happened: Callable[[], object], otherwise: Callable[[], str]) -> None:
    """Waits until it happened; raises `AssertionError` after a minute."""
    ends_at = time.monotonic() + EVENT_SECONDS
    while not happened():
        assert time.monotonic() < ends_at, otherwise()
        time.sleep(LOOK_SECONDS)
