"""A database that tests call directly, and the sessions that it has."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, LiteralString

import pytest

from cluster.engines.postgres import PostgresServer
from domain.errors import Unavailable
from infrastructure.postgres.database import Database
from tests.engines.until import until

CLOSE_SECONDS = 10.0
SIZE = 3

SESSIONS: LiteralString = """
    SELECT pid, state FROM pg_stat_activity WHERE application_name = 'perch' AND datname = %s ORDER BY pid
"""

Sessions = Callable[[], list[tuple[Any, ...]]]
"""The sessions of the database, each with its process id and state."""


@contextmanager
def opened(url: str, size: int = SIZE, patience: float = 1.0) -> Iterator[Database]:
    database = Database(url, connections=size, patience=patience)
    database.open()
    try:
        yield database
    finally:
        database.close(CLOSE_SECONDS)


@pytest.fixture
def database(postgres_database: str) -> Iterator[Database]:
    with opened(postgres_database) as made:
        until(lambda: works(made))
        made.failures = 0
        yield made


@pytest.fixture
def sessions(postgres_server: PostgresServer, postgres_database: str) -> Sessions:
    """The sessions of the database, each with its process id and state."""
    name = postgres_database.rpartition("/")[2]
    return lambda: postgres_server.execute(SESSIONS, name)


def works(database: Database) -> bool:
    with suppress(Unavailable):
        return database.rows("SELECT 1") == [(1,)]
    return False


def fails(database: Database, statement: LiteralString) -> bool:
    try:
        database.rows(statement)
    except Unavailable:
        return True
    return False
