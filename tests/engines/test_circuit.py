"""The circuit is open while PostgreSQL cannot be used, and for nothing else; then new connections take over."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, suppress

import psycopg

from cluster.engines.own_postgres import OwnPostgres
from cluster.engines.postgres import PostgresServer
from cluster.engines.proxy import Proxy
from infrastructure.postgres.database import Database
from tests.engines.called import SIZE, Sessions, database, fails, opened, sessions, works
from tests.engines.pgbouncer import PgBouncer
from tests.engines.until import until
from tests.fakes.postgres import PATIENCE

__all__ = ["database", "sessions"]


def test_more_calls_than_connections_are_no_outage(postgres_database: str, sessions: Sessions) -> None:
    with opened(postgres_database, 2) as database, ThreadPoolExecutor(8) as pool:
        until(lambda: works(database))
        before = database._connections._pool
        failed = list(pool.map(lambda _: fails(database, "SELECT pg_sleep(0.45)"), range(24)))
        assert any(failed), "all found a connection, so that nothing was tried"
        assert not all(failed)
        assert database.is_up()
        assert database._connections._pool is before
        assert len(sessions()) <= 2


def test_whoever_waits_for_a_connection_gets_one_of_the_pool_that_replaces_his(postgres_database: str) -> None:
    with opened(postgres_database, 1, PATIENCE) as database, ThreadPoolExecutor(1) as pool:
        until(lambda: works(database))
        failures = database.failures
        old = database._connections._pool
        with database._session():
            waiting = pool.submit(works, database)
            until(lambda: database.pool_counts()["requests_waiting"] == 1)
            database._connections.doubt(old)
            assert waiting.result()
        assert database._connections._pool is not old
        assert database.failures == failures


def test_a_server_that_takes_no_more_sessions_is_up_while_it_serves_the_ones_it_has(
    breakable_postgres: OwnPostgres, database: Database
) -> None:
    with filled(breakable_postgres), ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: works(database), range(200)))
        assert all(done[-50:])
        assert database.is_up()
        assert not works_anew(breakable_postgres)


@contextmanager
def filled(server: OwnPostgres) -> Iterator[None]:
    """All connections of the server that are left are taken by somebody else."""
    held: list[AbstractContextManager[object]] = []
    try:
        with suppress(psycopg.OperationalError):
            while True:
                held.append(server.connect())
        yield
    finally:
        for connection in held:
            connection.__exit__(None, None, None)


def works_anew(server: OwnPostgres) -> bool:
    try:
        server.execute("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True


def test_a_server_that_became_read_only_is_down(breakable_postgres: OwnPostgres, database: Database) -> None:
    database.count("CREATE TABLE written (at bigint)")
    breakable_postgres.set("default_transaction_read_only", "on")
    assert fails(database, "INSERT INTO written VALUES (1) RETURNING 1")
    until(lambda: not database.is_up())
    assert fails(database, "SELECT 1")
    breakable_postgres.set("default_transaction_read_only", "off")
    until(lambda: works(database))
    assert database.count("INSERT INTO written VALUES (1)") == 1


def test_a_server_that_goes_away_is_noticed_though_nobody_calls(
    breakable_postgres: OwnPostgres, database: Database
) -> None:
    breakable_postgres.stop()
    until(lambda: not database.is_up())
    breakable_postgres.start()
    until(database.is_up)
    assert works(database)


def test_the_server_that_can_be_reached_is_used(
    postgres_server: PostgresServer, postgres_database: str, postgres_proxy: Proxy
) -> None:
    postgres_proxy.ignore()
    hosts = f"127.0.0.1:{postgres_proxy.port},{postgres_server.host}:{postgres_server.port}"
    address = f"{postgres_server.host}:{postgres_server.port}"
    started = time.monotonic()
    with opened(postgres_database.replace(address, hosts)) as database:
        until(lambda: works(database))
    assert database.failures == 0
    assert time.monotonic() - started < 10


def test_a_pooler_does_not_pass_for_the_server(
    breakable_postgres: OwnPostgres, postgres_database: str, pgbouncer: PgBouncer
) -> None:
    with opened(pgbouncer.url(postgres_database.rpartition("/")[2])) as database:
        until(lambda: works(database))
        breakable_postgres.pause()
        until(lambda: not database.is_up())
        # PgBouncer accepts sessions all the while.
        for _ in range(100):
            assert not works(database)
        assert not database.is_up()
        breakable_postgres.resume()
        until(lambda: works(database))


def test_outages_leave_no_thread_and_no_session_behind(
    postgres_database: str, postgres_server: PostgresServer, postgres_proxy: Proxy, sessions: Sessions
) -> None:
    name = postgres_database.rpartition("/")[2]
    with opened(postgres_server.url(name, port=postgres_proxy.port)) as database, ThreadPoolExecutor(2 * SIZE) as pool:
        until(lambda: works(database))
        list(pool.map(lambda _: works(database), range(50)))
        before = threading.active_count()
        for fault in (postgres_proxy.black_hole, postgres_proxy.ignore, postgres_proxy.refuse) * 2:
            fault()
            postgres_proxy.cut()
            list(pool.map(lambda _: works(database), range(50)))
            postgres_proxy.forward()
            until(lambda: works(database))
        until(lambda: threading.active_count() <= before)
        until(lambda: len(sessions()) <= SIZE)
    until(lambda: not sessions())
