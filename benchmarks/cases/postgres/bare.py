"""The yardstick for pushes and deliveries: psycopg writes the same rows into a table of the same shape."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg

Connection = psycopg.Connection[tuple[Any, ...]]
Rows = Sequence[tuple[str, int]]
"""Users with the generations of their timelines."""

Write = Callable[[Connection, Rows, int], None]

TABLE: LiteralString = "CREATE TABLE bare_entries (LIKE timeline_entries INCLUDING ALL)"
INSERT: LiteralString = "INSERT INTO bare_entries VALUES (%s, %s, %s)"
COPY: LiteralString = "COPY bare_entries FROM STDIN"
NO_WAIT: LiteralString = "SET synchronous_commit = off"
"""A worker does not wait for the disk, and neither does the yardstick."""


@contextmanager
def bare_entries(url: str) -> Iterator[Connection]:
    """Yields a connection to a database that has the table now."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(TABLE)
        connection.execute(NO_WAIT)
        yield connection


def insert(connection: Connection, rows: Rows, tweet_id: int) -> None:
    """Writes the rows by executemany, in one transaction."""
    with connection.transaction(), connection.cursor() as cursor:
        cursor.executemany(INSERT, [(user, generation, tweet_id) for user, generation in rows])


def copy(connection: Connection, rows: Rows, tweet_id: int) -> None:
    """Writes the rows by COPY, in one transaction."""
    with connection.cursor() as cursor, cursor.copy(COPY) as to:
        for user, generation in rows:
            to.write_row((user, generation, tweet_id))
