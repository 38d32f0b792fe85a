"""Calls to PostgreSQL fail within their time, for whatever reason, and leave nothing behind."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import LiteralString

import psycopg
import pytest

from cluster.engines.own_postgres import OwnPostgres
from cluster.engines.postgres import PostgresServer
from cluster.engines.proxy import Proxy
from domain.errors import Unavailable
from infrastructure import time_left
from infrastructure.postgres.database import ANSWER_SECONDS, Database
from infrastructure.postgres.sessions import IDLE_IN_TRANSACTION_SECONDS, STATEMENT_SECONDS, Connection
from tests.engines.called import SIZE, Sessions, database, fails, opened, sessions, works
from tests.engines.until import until

__all__ = ["database", "sessions"]

TERMINATE: LiteralString = "SELECT pg_terminate_backend(%s::integer)"


def test_a_statement_that_takes_too_long_fails_alone(database: Database, sessions: Sessions) -> None:
    started = time.monotonic()
    assert fails(database, "SELECT pg_sleep(60)")
    assert time.monotonic() - started >= STATEMENT_SECONDS
    assert database.is_up()
    assert works(database)
    until(lambda: all(state == "idle" for _, state in sessions()))


def test_errors_of_a_statement_are_not_a_failure_of_the_database(database: Database) -> None:
    with pytest.raises(psycopg.errors.DivisionByZero):
        database.value("SELECT 1 / 0")
    assert (database.failures, works(database)) == (0, True)


def test_a_session_that_was_ended_costs_one_call(
    database: Database, sessions: Sessions, postgres_server: PostgresServer
) -> None:
    def end_all() -> bool:
        for pid, _ in sessions():
            postgres_server.execute(TERMINATE, pid)
        return not sessions()

    assert works(database)
    until(end_all)
    assert fails(database, "SELECT 1")
    until(lambda: works(database))
    assert database.failures <= 2
    until(lambda: len(sessions()) <= SIZE)


def test_a_session_that_ends_during_a_statement_costs_one_call(
    database: Database, sessions: Sessions, postgres_server: PostgresServer
) -> None:
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(fails, database, "SELECT pg_sleep(0.7)")
        until(lambda: any(state == "active" for _, state in sessions()))
        for pid, _ in sessions():
            postgres_server.execute(TERMINATE, pid)
        assert call.result()
    until(lambda: works(database))


def test_a_connection_that_was_closed_in_the_pool_costs_one_call(database: Database) -> None:
    database._connections._pool._pool[0].close()
    assert fails(database, "SELECT 1")
    until(lambda: works(database))


def test_a_transaction_that_was_left_open_is_ended_by_the_server(database: Database, sessions: Sessions) -> None:
    def pause(connection: Connection) -> None:
        connection.execute("SET LOCAL idle_in_transaction_session_timeout = '20ms'")
        pid = connection.info.backend_pid
        until(lambda: pid not in dict(sessions()))
        connection.execute("SELECT 1")

    with pytest.raises(Unavailable):
        database.transaction(pause)
    until(lambda: works(database))


@pytest.mark.parametrize("error", [KeyError, SystemExit, KeyboardInterrupt])
def test_an_error_of_the_caller_leaves_no_transaction_behind(
    database: Database, sessions: Sessions, error: type[BaseException]
) -> None:
    def interrupted(connection: Connection) -> None:
        connection.execute("SELECT 1")
        raise error

    for _ in range(2 * SIZE):
        with pytest.raises(error):
            database.transaction(interrupted)
        with pytest.raises(error):
            interrupted_outside_of_transaction(database, error)
    assert works(database)
    until(lambda: all(state == "idle" for _, state in sessions()))
    until(lambda: len(sessions()) <= SIZE)


def interrupted_outside_of_transaction(database: Database, error: type[BaseException]) -> None:
    with database._session() as connection:
        connection.execute("BEGIN")
        raise error


def test_an_answer_at_the_last_moment_spoils_no_later_call(database: Database) -> None:
    passed = threading.Event()
    with database._session() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
        until(lambda: passed.is_set() or _all_have_passed(database, passed))
    assert (works(database), database.failures, database.is_up()) == (True, 0, True)


def _all_have_passed(database: Database, passed: threading.Event) -> bool:
    with database._deadlines._lock:
        if all(limit.has_passed for limit in database._deadlines._limits):
            passed.set()
    return passed.is_set()


def test_a_server_that_is_paused_while_a_session_is_prepared_holds_nobody_up(
    breakable_postgres: OwnPostgres, database: Database, postgres_database: str
) -> None:
    connection = psycopg.connect(postgres_database, autocommit=True)
    breakable_postgres.pause()
    with pytest.raises(psycopg.OperationalError):
        database._prepare(connection)
    connection.close()


def test_a_process_that_was_stopped_inside_a_transaction_holds_nobody_up_for_long(
    database: Database, postgres_database: str
) -> None:
    with closing(psycopg.connect(postgres_database, autocommit=True)) as stopped:
        database._prepare(stopped)
        stopped.execute("BEGIN")
        stopped.execute("SELECT pg_advisory_xact_lock(7)")
        assert not database.value("SELECT pg_try_advisory_xact_lock(7)")
        until(lambda: database.value("SELECT pg_try_advisory_xact_lock(7)"), 2 * IDLE_IN_TRANSACTION_SECONDS)


def test_a_request_whose_time_is_over_asks_nothing(database: Database) -> None:
    time_left.begin_request(time.monotonic() - time_left.REQUEST_SECONDS)
    try:
        assert fails(database, "SELECT 1")
    finally:
        time_left.end_request()
    assert database.is_up()
    assert works(database)


def test_a_request_that_waited_before_waits_less_now(
    postgres_database: str, postgres_server: PostgresServer, postgres_proxy: Proxy
) -> None:
    name = postgres_database.rpartition("/")[2]
    with opened(postgres_server.url(name, port=postgres_proxy.port)) as database:
        until(lambda: works(database))
        postgres_proxy.black_hole()
        left = 0.3
        started = time.monotonic()
        time_left.begin_request(started - time_left.REQUEST_SECONDS + left)
        try:
            assert fails(database, "SELECT 1")
        finally:
            time_left.end_request()
        assert left <= time.monotonic() - started < ANSWER_SECONDS
        # One call that had too little time proves nothing; the probe finds out.
        until(lambda: not database.is_up())
        postgres_proxy.forward()
        until(lambda: works(database))


def test_the_server_gives_up_on_clients_that_vanished_or_left_a_transaction_open(database: Database) -> None:
    names = ("tcp_keepalives_idle", "tcp_keepalives_interval", "tcp_keepalives_count", "tcp_user_timeout")
    settings = dict(database.rows("SELECT name, setting FROM pg_settings WHERE name = ANY (%s)", (list(names),)))
    assert [settings[name] for name in names] == ["10", "5", "3", "25000"]
    assert database.value("SELECT current_setting('idle_in_transaction_session_timeout')") == "5s"
