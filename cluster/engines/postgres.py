"""A PostgreSQL server, and databases for each of its users."""

import secrets
from typing import Any, Literal, LiteralString
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from cluster.engines.closed import Closed

CONNECT_SECONDS = 10
STATEMENT_SECONDS = 60

Strategy = Literal["WAL_LOG", "FILE_COPY"]


class PostgresServer(Closed):
    """A server that runs already, and that `url` leads to as a user who may create databases.

    The statements of this class also work while the server is read-only by default; each takes at most a minute.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._made: set[str] = set()

    @property
    def port(self) -> int:
        return urlsplit(self._url).port or 5432

    @property
    def host(self) -> str:
        return urlsplit(self._url).hostname or "localhost"

    def url(self, database: str, *, port: int | None = None) -> str:
        """The URL of a database, through this port of 127.0.0.1 if it is given, where a proxy or a pooler listens."""
        parts = urlsplit(self._url)
        user, at, address = parts.netloc.rpartition("@")
        address = address if port is None else f"127.0.0.1:{port}"
        return parts._replace(netloc=f"{user}{at}{address}", path=f"/{database}").geturl()

    def connect(self, database: str | None = None) -> "psycopg.Connection[tuple[Any, ...]]":
        """A connection in autocommit mode, which the caller closes; without a database, to that of the server's URL."""
        return psycopg.connect(
            self._url if database is None else self.url(database),
            autocommit=True,
            connect_timeout=CONNECT_SECONDS,
            options=f"-c statement_timeout={STATEMENT_SECONDS}s -c default_transaction_read_only=off",
        )

    def execute(
        self, statement: LiteralString | sql.Composed, *parameters: object, database: str | None = None
    ) -> list[tuple[Any, ...]]:
        """Runs one statement on a connection of its own, and returns the rows."""
        with self.connect(database) as connection:
            cursor = connection.execute(statement, parameters or None)
            return cursor.fetchall() if cursor.description else []

    def create_database(self, template: str | None = None, strategy: Strategy = "WAL_LOG") -> str:
        """Creates a database and returns its name; nobody may be connected to the template."""
        name = f"perch_test_{secrets.token_hex(6)}"
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY {}")
        self.execute(
            statement.format(sql.Identifier(name), sql.Identifier(template or "template1"), sql.Identifier(strategy))
        )
        self._made.add(name)
        return name

    def drop_database(self, name: str) -> None:
        """Drops a database, and ends the connections to it."""
        self.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        self._made.discard(name)

    def close(self) -> None:
        """Drops the databases that were made and are still there."""
        for name in list(self._made):
            self.drop_database(name)
