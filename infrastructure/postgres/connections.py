"""The pool of connections to PostgreSQL, and the circuit that is open while it does not answer."""

import logging
import threading
import time
from collections.abc import Callable

import psycopg
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

from infrastructure.background import BackgroundThread
from infrastructure.log import get_logger
from infrastructure.postgres.probe import find_server
from infrastructure.postgres.sessions import Connection

log = get_logger("perch.postgres")

PROBE_SECONDS = 0.5
"""The server has so long to accept a session."""

PAUSE_SECONDS = 0.2
"""The time between two probes."""

QUIET_SECONDS = 1.0
"""After so long without an answer from the server, because nobody asked, it is asked for a sign of life."""

Pool = ConnectionPool[Connection]


class NoConnection(Exception):
    """There is no connection; the text says why."""


class Connections:
    """A pool of connections that is replaced after an outage.

    The circuit opens when a call had no answer, and when something else went wrong and then no server accepts writes
    in a new session. While it is open, there is no connection to be had, at once, and a probe runs until a server does.
    Then a new pool takes over, because the connections of the old one may be dead.
    """

    def __init__(
        self,
        conninfo: str,
        size: int,
        prepare: Callable[[Connection], None],
        ask: Callable[[], object],
        patience: float,
    ) -> None:
        """`prepare` sets a new session up. `ask` asks the server for anything, through these connections."""
        logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
        self._conninfo = conninfo
        self._size = size
        self._prepare = prepare
        self._ask = ask
        self._probe_seconds = PROBE_SECONDS * patience
        self._is_down = threading.Event()
        self._is_suspect = threading.Event()
        self._is_stale = False
        self._answered_at = time.monotonic()
        self._pool = self._new_pool(conninfo)
        self.thread = BackgroundThread("postgres-probe", self._look, pause_seconds=PAUSE_SECONDS, gives_way=False)

    def open(self) -> None:
        """Starts to connect; without the server it goes on trying."""
        self._pool = self._new_pool(find_server(self._conninfo, self._probe_seconds) or self._conninfo)
        self._pool.open()
        self.thread.start()

    def close(self, timeout: float) -> None:
        """Closes all connections, each when it is given back, and stops the thread, within about `timeout` seconds."""
        self.thread.stop(timeout)
        self._pool.close(timeout)

    def is_up(self) -> bool:
        """Returns False while the circuit is open."""
        return not self._is_down.is_set()

    def pool_counts(self) -> dict[str, int]:
        return self._pool.get_stats()

    def take(self, seconds: float) -> tuple[Pool, Connection]:
        """Waits for a connection at most for so long, and returns it with the pool that it must be given back to.

        Raises `NoConnection`.
        """
        if seconds <= 0:
            raise NoConnection("The time of the request is over.")
        asked_at = time.monotonic()
        while not self._is_down.is_set():
            pool = self._pool
            try:
                return pool, pool.getconn(asked_at + seconds - time.monotonic())
            except PoolTimeout as error:
                # While others have answers, there are too few connections, and nothing is wrong with the server.
                if self._answered_at < asked_at:
                    self.suspect()
                raise NoConnection(str(error)) from error
            except PoolClosed as error:
                if pool is self._pool:
                    raise NoConnection(str(error)) from error
        raise NoConnection("The circuit is open.")

    def answered(self) -> None:
        """Notes that the server answers."""
        self._answered_at = time.monotonic()

    def lost(self, pool: Pool) -> None:
        """Opens the circuit, because a call on a connection of this pool had no answer."""
        if pool is self._pool:
            self._open_circuit()

    def suspect(self) -> None:
        """Has the server probed."""
        self._is_suspect.set()

    def doubt(self, pool: Pool) -> None:
        """Has the server probed, and then the pool replaced, because one of its connections is of no more use."""
        if pool is self._pool:
            self._is_stale = True
            self._is_suspect.set()

    def _open_circuit(self) -> None:
        if not self._is_down.is_set():
            log.error("database_lost")
        self._is_stale = True
        self._is_down.set()
        self._is_suspect.set()

    def _look(self) -> None:
        if not self._is_suspect.wait(PAUSE_SECONDS):
            if time.monotonic() - self._answered_at > QUIET_SECONDS:
                self._ask()
            return
        # What goes wrong during the probe calls for another one.
        self._is_suspect.clear()
        try:
            self._probe()
        except BaseException:
            # Nobody else would ask for another probe while the circuit is open.
            self._is_suspect.set()
            raise

    def _probe(self) -> None:
        found = find_server(self._conninfo, self._probe_seconds)
        if found is None:
            self._open_circuit()
            # It ends those who wait for a connection, and frees the server's.
            self._pool.close(0)
        else:
            self._recover(found)

    def _recover(self, conninfo: str) -> None:
        if self._is_stale:
            fresh = self._new_pool(conninfo)
            fresh.open()
            self._is_stale = False
            old, self._pool = self._pool, fresh
            old.close(0)
        if self._is_down.is_set():
            log.info("database_back")
            self._is_down.clear()

    def _new_pool(self, conninfo: str) -> Pool:
        return ConnectionPool(
            conninfo,
            kwargs={"autocommit": True},
            min_size=1,
            max_size=self._size,
            open=False,
            configure=self._prepare,
            # The probe decides when to try again.
            reconnect_timeout=0,
            name="postgres",
        )


def give_back(pool: Pool, connection: Connection) -> None:
    """Gives a connection back, or closes it if it is in the middle of something, which cannot be ended in no time."""
    if connection.pgconn.transaction_status != psycopg.pq.TransactionStatus.IDLE:
        connection.close()
    pool.putconn(connection)
