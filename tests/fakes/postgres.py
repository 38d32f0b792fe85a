"""Stores in PostgreSQL for tests: on an emptied database, and with a clock that the test moves."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import LiteralString, cast

import psycopg

from domain.delivery import RetryPolicy
from infrastructure.postgres.stores import OpenOutside, PostgresOptions, PostgresStores, open_postgres
from tests.fakes.clock import START_MS, ManualClock

PATIENCE = 20.0
"""Other programs may keep the database from answering; how long that may take is tested elsewhere."""

OPTIONS = PostgresOptions(RetryPolicy(2, jitter=lambda: 1.0), patience=PATIENCE)

CLOSE_SECONDS = 5.0

EMPTY: LiteralString = """
    TRUNCATE users, tweets, unpushed, follows, idempotency_keys, deletions, readers, timeline_entries, leases;
    SELECT setval('last_tweet_id', 0), setval('follow_ids', 1, false), setval('generations', 1, false);
"""

CLOCK: LiteralString = "SELECT pg_get_functiondef('clock_ms'::regproc)"

MANUAL_CLOCK: LiteralString = """
    CREATE TABLE IF NOT EXISTS manual_clock (now_ms bigint NOT NULL);
    DELETE FROM manual_clock;
    INSERT INTO manual_clock VALUES (0);
    CREATE OR REPLACE FUNCTION clock_ms() RETURNS bigint LANGUAGE sql VOLATILE AS 'SELECT now_ms FROM manual_clock';
"""


class DatabaseClock(ManualClock):
    """A manual clock that the database goes by, too."""

    def __init__(self, connection: "psycopg.Connection[tuple[object, ...]]") -> None:
        super().__init__()
        self._connection = connection
        self._tell()

    def advance(self, milliseconds: int) -> None:
        super().advance(milliseconds)
        self._tell()

    def set_back(self, milliseconds: int) -> None:
        super().set_back(milliseconds)
        self._tell()

    def set_now(self, now_ms: int) -> None:
        super().set_now(now_ms)
        self._tell()

    def begin_again(self) -> None:
        """Empties the database, and goes back to the time of the start."""
        self._connection.execute(EMPTY)
        self.set_now(START_MS)

    def _tell(self) -> None:
        self._connection.execute("UPDATE manual_clock SET now_ms = %s", (self.now_ms(),))


def empty(url: str) -> None:
    """Removes everything that a test has left in a database with the schema."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(EMPTY)


@contextmanager
def manual_database(url: str) -> Iterator[DatabaseClock]:
    """Empties the database, and yields the clock by which it goes until the end of the context."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(EMPTY)
        [definition] = connection.execute(CLOCK).fetchone() or [None]
        connection.execute(MANUAL_CLOCK)
        try:
            yield DatabaseClock(connection)
        finally:
            connection.execute(cast("LiteralString", definition))


@contextmanager
def opened(
    url: str, options: PostgresOptions = OPTIONS, open_outside: OpenOutside | None = None
) -> Iterator[PostgresStores]:
    """The stores in this database, closed afterwards; `open_outside` opens timelines elsewhere."""
    stores = open_postgres(url, "postgresql", options, open_outside)
    try:
        yield stores
    finally:
        if stores.outside:
            stores.outside.close()
        stores.database.close(CLOSE_SECONDS)
