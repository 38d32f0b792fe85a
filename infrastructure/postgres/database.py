"""Statements to PostgreSQL, each within a limited time."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, LiteralString, TypeVar

import psycopg

from domain.errors import Unavailable
from infrastructure.background import BackgroundThread
from infrastructure.log import get_logger
from infrastructure.postgres.connections import Connections, NoConnection, Pool, give_back
from infrastructure.postgres.deadlines import CHECK_SECONDS, Deadlines, Limit
from infrastructure.postgres.sessions import STATEMENT_SECONDS, Connection, conninfo_of, prepare_session
from infrastructure.time_left import seconds_left

log = get_logger("perch.postgres")

CONNECTION_WAIT_SECONDS = 0.5
"""The longest wait for a connection of the pool."""

ANSWER_SECONDS = 1.0
"""A call fails after this time without an answer. Together with the wait for a connection it is below two seconds."""

RETRY_AFTER_SECONDS = 1

SIGN_OF_LIFE: LiteralString = "SELECT"

Parameters = Sequence[object] | Mapping[str, object]
Result = TypeVar("Result")


class Database:
    """A pool of connections, with a limit on every wait and a circuit (`Connections`).

    Every method raises `Unavailable` if the database does not answer in time or refuses the work for now. While the
    circuit is open that takes no time.
    """

    def __init__(self, url: str, *, connections: int, waits_for_disk: bool = True, patience: float = 1.0) -> None:
        """`waits_for_disk` is False where a crash may undo the last writes, in their order.

        `patience` multiplies all limits, for tests that may be slow.
        """
        self._waits_for_disk = waits_for_disk
        self._connection_wait_seconds = patience * CONNECTION_WAIT_SECONDS
        self._statement_seconds = patience * STATEMENT_SECONDS
        self._answer_seconds = patience * ANSWER_SECONDS
        self._deadlines = Deadlines()
        self._connections = Connections(conninfo_of(url), connections, self._prepare, self._ask)
        self.failures = 0
        """The number of calls that failed so far; about right where several fail at once."""
        self._limits = BackgroundThread(
            "postgres-limits", self._deadlines.enforce, pause_seconds=CHECK_SECONDS, gives_way=False
        )
        self.threads = [self._connections.thread, self._limits]

    def open(self) -> None:
        """Starts to connect; without the server it goes on trying."""
        self._limits.start()
        self._connections.open()

    def close(self, timeout: float) -> None:
        """Closes all connections, and stops the threads within about `timeout` seconds."""
        self._connections.close(timeout)
        self._limits.stop(timeout)

    def is_up(self) -> bool:
        """Returns False while the circuit is open."""
        return self._connections.is_up()

    def pool_counts(self) -> dict[str, int]:
        """Returns the statistics of psycopg's pool (https://www.psycopg.org/psycopg3/docs/advanced/pool.html#pool-stats)."""
        return self._connections.pool_counts()

    def rows(self, statement: LiteralString, parameters: Parameters = ()) -> list[tuple[Any, ...]]:
        """Executes one statement, which is a transaction of its own, and returns its rows."""
        with self._session() as connection:
            return connection.execute(statement, parameters, binary=True).fetchall()

    def row(self, statement: LiteralString, parameters: Parameters = ()) -> tuple[Any, ...]:
        """Executes one statement that returns a row, and returns the row."""
        [row] = self.rows(statement, parameters)
        return row

    def value(self, statement: LiteralString, parameters: Parameters = ()) -> Any:  # noqa: ANN401 - of any type
        """Executes one statement that returns one value, and returns the value."""
        [value] = self.row(statement, parameters)
        return value

    def count(self, statement: LiteralString, parameters: Parameters = ()) -> int:
        """Executes one statement that changes rows, and returns their number."""
        with self._session() as connection:
            return connection.execute(statement, parameters).rowcount

    def transaction(self, work: Callable[[Connection], Result]) -> Result:
        """Calls `work` in one transaction, and returns what it returns."""
        with self._session() as connection, connection.transaction():
            return work(connection)

    @contextmanager
    def _session(self) -> Iterator[Connection]:
        pool, connection = self._take(min(self._connection_wait_seconds, seconds_left()))
        limit: Limit | None = None
        try:
            with self._deadlines.within(connection.fileno, min(self._answer_seconds, seconds_left())) as limit:
                yield connection
            if limit.has_passed:
                # The answer came at the last moment, and the connection is shut down.
                connection.close()
            self._connections.answered()
        except _REFUSALS as error:
            self._failed(pool, connection, error, limit)
            raise _unavailable() from error
        finally:
            give_back(pool, connection)

    def _take(self, seconds: float) -> tuple[Pool, Connection]:
        try:
            return self._connections.take(seconds)
        except NoConnection as error:
            self.failures += 1
            raise _unavailable() from error

    def _failed(self, pool: Pool, connection: Connection, error: Exception, limit: Limit | None) -> None:
        self.failures += 1
        log.warning("database_failed", error=str(error).strip() or type(error).__name__)
        if limit is not None and limit.has_passed:
            self._had_no_answer(pool, limit)
        elif connection.broken or isinstance(error, psycopg.errors.ReadOnlySqlTransaction):
            self._connections.doubt(pool)
        # A session that was cancelled may still hold what it waited for.
        connection.close()

    def _had_no_answer(self, pool: Pool, limit: Limit) -> None:
        if limit.seconds >= self._answer_seconds:
            self._connections.lost(pool)
        else:  # the caller had waited before, so that the server had less time
            self._connections.suspect()

    def _prepare(self, connection: Connection) -> None:
        with self._deadlines.within(connection.fileno, self._answer_seconds):
            prepare_session(connection, self._statement_seconds, waits_for_disk=self._waits_for_disk)

    def _ask(self) -> None:
        self.rows(SIGN_OF_LIFE)


_REFUSALS = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    psycopg.errors.ReadOnlySqlTransaction,
    psycopg.errors.IdleInTransactionSessionTimeout,
)
"""What is no fault of the statement: no connection, a time-out, no space, too many sessions, a read-only server."""


def _unavailable() -> Unavailable:
    return Unavailable("The database does not answer now.", RETRY_AFTER_SECONDS)
