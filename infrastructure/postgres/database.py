"""The connections to PostgreSQL, and what happens while it does not answer."""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, LiteralString, TypeVar

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg_pool import ConnectionPool, PoolTimeout

from domain.errors import Unavailable
from infrastructure.background import BackgroundThread
from infrastructure.log import get_logger
from infrastructure.postgres.deadlines import CHECK_SECONDS, Deadlines
from infrastructure.postgres.probe import answers

log = get_logger("perch.postgres")

CONNECTION_WAIT_SECONDS = 0.5
"""The longest wait for a connection of the pool."""

STATEMENT_SECONDS = 0.75
"""The server cancels a statement after this time."""

ANSWER_SECONDS = 1.0
"""A call fails after this time without an answer. Together with the wait for a connection it is below two seconds."""

PROBE_SECONDS = 0.5
PROBE_PAUSE_SECONDS = 0.2
RETRY_AFTER_SECONDS = 1

IDLE_IN_TRANSACTION_SECONDS = 5.0
"""The server ends a session that leaves a transaction open for so long, for example of a process that was stopped."""

Connection = psycopg.Connection[tuple[Any, ...]]
Parameters = Sequence[object] | Mapping[str, object]
Result = TypeVar("Result")


class Database:
    """A pool of connections, with a limit on every wait and a circuit.

    Every method raises `Unavailable` if the database does not answer in time or refuses the work for now. When a call
    had no answer, or a probe fails, the circuit opens: calls fail at once, and a probe runs until the server answers.
    Then the pool is replaced by a new one, because old connections may be dead.
    """

    def __init__(self, url: str, *, connections: int, waits_for_disk: bool = True) -> None:
        """`waits_for_disk` is False where a crash may undo the last writes, in their order."""
        self._conninfo = make_conninfo(url, connect_timeout=2, target_session_attrs="primary", application_name="perch")
        self._connections = connections
        self._waits_for_disk = waits_for_disk
        self._deadlines = Deadlines()
        self._is_down = threading.Event()
        self._is_suspect = threading.Event()
        self._is_pool_stale = False
        self.failures = 0
        """The number of calls that failed so far; about right where several fail at once."""
        logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
        self._pool = self._new_pool()
        self.threads = [
            BackgroundThread("postgres-probe", self._probe, pause_seconds=PROBE_PAUSE_SECONDS, gives_way=False),
            BackgroundThread("postgres-limits", self._deadlines.enforce, pause_seconds=CHECK_SECONDS, gives_way=False),
        ]

    def open(self) -> None:
        """Starts to connect; without the server it goes on trying."""
        self._pool.open()
        for thread in self.threads:
            thread.start()

    def close(self, timeout: float) -> None:
        """Closes all connections, and stops the threads within about `timeout` seconds."""
        for thread in self.threads:
            thread.ask_to_stop()
        for thread in self.threads:
            thread.stop(timeout)
        self._pool.close(timeout)

    def is_up(self) -> bool:
        """Returns False while the circuit is open."""
        return not self._is_down.is_set()

    def pool_counts(self) -> dict[str, int]:
        """Returns the statistics of psycopg's pool (https://www.psycopg.org/psycopg3/docs/advanced/pool.html#pool-stats)."""
        return self._pool.get_stats()

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
        if self._is_down.is_set():
            raise _unavailable()
        pool = self._pool
        connection = self._connection_of(pool)
        try:
            with self._deadlines.within(connection.fileno(), ANSWER_SECONDS) as limit:
                try:
                    yield connection
                except _REFUSALS as error:
                    self._failed(connection, error, had_no_answer=limit.has_passed)
                    raise _unavailable() from error
        finally:
            pool.putconn(connection)

    def _connection_of(self, pool: "ConnectionPool[Connection]") -> Connection:
        try:
            return pool.getconn(CONNECTION_WAIT_SECONDS)
        except (PoolTimeout, psycopg.Error) as error:
            self.failures += 1
            self._is_suspect.set()
            raise _unavailable() from error

    def _failed(self, connection: Connection, error: Exception, *, had_no_answer: bool) -> None:
        self.failures += 1
        log.warning("database_failed", error=str(error).strip() or type(error).__name__)
        if had_no_answer:
            self._open_circuit()
        elif connection.broken:
            self._is_pool_stale = True
            self._is_suspect.set()
        # A session that was cancelled may still hold what it waited for.
        connection.close()

    def _open_circuit(self) -> None:
        if not self._is_down.is_set():
            log.error("database_lost")
        self._is_down.set()
        self._is_pool_stale = True
        self._is_suspect.set()

    def _probe(self) -> None:
        if not self._is_suspect.wait(PROBE_PAUSE_SECONDS):
            return
        if not answers(self._conninfo, PROBE_SECONDS):
            self._open_circuit()
            return
        self._is_suspect.clear()
        if self._is_pool_stale:
            self._is_pool_stale = False
            old, self._pool = self._pool, self._new_pool()
            self._pool.open()
            old.close(0)
        if self._is_down.is_set():
            log.info("database_back")
            self._is_down.clear()

    def _new_pool(self) -> "ConnectionPool[Connection]":
        return ConnectionPool(
            self._conninfo,
            kwargs={"autocommit": True},
            min_size=1,
            max_size=self._connections,
            open=False,
            configure=self._configure,
            # The probe decides when to try again.
            reconnect_timeout=0,
            name="postgres",
        )

    def _configure(self, connection: Connection) -> None:
        [backend] = connection.execute("SELECT pg_backend_pid()").fetchone() or [0]
        if backend != connection.info.backend_pid:
            # A pooler is in between: the next transaction may run in another session.
            connection.prepare_threshold = None
            return
        settings = {
            "statement_timeout": f"{STATEMENT_SECONDS}s",
            "idle_in_transaction_session_timeout": f"{IDLE_IN_TRANSACTION_SECONDS}s",
            "synchronous_commit": "on" if self._waits_for_disk else "off",
            "jit": "off",
        }
        for name, value in settings.items():
            connection.execute("SELECT set_config(%s, %s, false)", (name, value))


_REFUSALS = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    psycopg.errors.ReadOnlySqlTransaction,
)
"""What is no fault of the statement: no connection, a time-out, no space, too many sessions, a read-only server."""


def _unavailable() -> Unavailable:
    return Unavailable("The database does not answer now.", RETRY_AFTER_SECONDS)
