"""The PostgreSQL server of the tests: it keeps what is committed through every fault, and comes back from each."""

import socket
import struct
from collections.abc import Callable

import psycopg
import pytest

from cluster.engines.own_postgres import OwnPostgres
from cluster.engines.ports import LOCALHOST
from cluster.engines.postgres import PostgresServer
from cluster.engines.proxy import Proxy
from tests.engines.pgbouncer import PgBouncer

SECONDS = 20
QUIET_SECONDS = 0.2
MAY_I_USE_TLS = struct.pack("!ii", 8, 80_877_103)
"""The first message of a client; a server without TLS answers "N"."""

Step = Callable[[OwnPostgres], object]

RESTART, START, STOP, KILL = OwnPostgres.restart, OwnPostgres.start, OwnPostgres.stop, OwnPostgres.kill
PAUSE, RESUME = OwnPostgres.pause, OwnPostgres.resume


def crash(server: OwnPostgres) -> None:
    server.stop("immediate")


def connect(url: str) -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(url, autocommit=True, connect_timeout=SECONDS)


def test_commits_are_durable_and_nobody_else_can_connect(breakable_postgres: OwnPostgres) -> None:
    names = ["fsync", "listen_addresses", "max_connections"]
    shown = [value for name in names for value in breakable_postgres.execute("SELECT current_setting(%s)", name)]
    assert shown == [("on",), ("127.0.0.1",), ("200",)]
    assert breakable_postgres.port < 32_768


def test_a_server_that_is_not_ours_is_left_without_our_databases(breakable_postgres: OwnPostgres) -> None:
    with PostgresServer(breakable_postgres.url("postgres")) as server:
        name = server.create_database()
        assert server.execute("SELECT current_database()", database=name) == [(name,)]
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        connect(breakable_postgres.url(name))


@pytest.mark.usefixtures("postgres_database")
def test_a_test_with_an_engine_has_the_mark(request: pytest.FixtureRequest) -> None:
    assert request.node.get_closest_marker("engines") is not None


def test_each_test_has_an_empty_database(postgres_database: str, postgres_server: PostgresServer) -> None:
    with connect(postgres_database) as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchall() == [(0,)]
        connection.execute("CREATE TABLE kept (value text)")
        connection.execute("INSERT INTO kept VALUES ('a')")
    copy = postgres_server.create_database(template=postgres_database.rpartition("/")[2])
    assert postgres_server.execute("SELECT value FROM kept", database=copy) == [("a",)]
    postgres_server.drop_database(copy)
    assert postgres_server.execute("SELECT 1 FROM pg_database WHERE datname = %s", copy) == []


@pytest.mark.parametrize(
    "fault",
    [[RESTART], [crash, START], [KILL, START], [PAUSE, RESUME], [PAUSE, KILL, START]],
    ids=lambda steps: " and ".join(step.__name__ for step in steps),
)
def test_what_is_committed_survives(breakable_postgres: OwnPostgres, postgres_database: str, fault: list[Step]) -> None:
    with connect(postgres_database) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS value")
    for step in fault:
        step(breakable_postgres)
    with connect(postgres_database) as connection:
        assert connection.execute("SELECT value FROM kept").fetchall() == [(1,)]


def test_a_paused_server_answers_nothing(breakable_postgres: OwnPostgres) -> None:
    breakable_postgres.pause()
    with socket.create_connection((LOCALHOST, breakable_postgres.port), SECONDS) as client:
        client.sendall(MAY_I_USE_TLS)
        client.settimeout(QUIET_SECONDS)
        with pytest.raises(TimeoutError):
            client.recv(1)
        client.settimeout(SECONDS)
        breakable_postgres.resume()
        assert client.recv(1) == b"N"


def test_a_stopped_server_refuses(breakable_postgres: OwnPostgres) -> None:
    breakable_postgres.stop()
    assert not breakable_postgres.running
    with pytest.raises(psycopg.OperationalError, match="refused"):
        connect(breakable_postgres.url("postgres"))


def test_a_read_only_server_is_mended(breakable_postgres: OwnPostgres, postgres_database: str) -> None:
    with connect(postgres_database) as connection:
        breakable_postgres.set("default_transaction_read_only", "on")
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            connection.execute("CREATE TABLE kept (value text)")
        breakable_postgres.mend()
        connection.execute("CREATE TABLE kept (value text)")


@pytest.mark.parametrize("fault", [STOP, KILL, PAUSE])
def test_a_broken_server_is_mended(breakable_postgres: OwnPostgres, fault: Step) -> None:
    fault(breakable_postgres)
    breakable_postgres.mend()
    assert breakable_postgres.execute("SELECT 1") == [(1,)]


def test_a_replica_accepts_writes_once_it_is_promoted_or_mended(
    breakable_postgres: OwnPostgres, postgres_database: str
) -> None:
    for back in (OwnPostgres.promote, OwnPostgres.mend):
        breakable_postgres.restart_as_standby()
        with connect(postgres_database) as connection, pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            connection.execute("CREATE TABLE kept (value text)")
        back(breakable_postgres)
        with connect(postgres_database) as connection:
            connection.execute("CREATE TABLE kept (value text)")
            connection.execute("DROP TABLE kept")


def test_the_outcome_of_a_commit_is_unknown_behind_the_proxy(
    postgres_server: PostgresServer, postgres_database: str, postgres_proxy: Proxy
) -> None:
    name = postgres_database.rpartition("/")[2]
    postgres_server.execute("CREATE TABLE kept (value text)", database=name)
    url = postgres_server.url(name, port=postgres_proxy.port)
    for cut, value in ((postgres_proxy.cut_answer, "answer cut"), (postgres_proxy.cut_request, "request cut")):
        with psycopg.connect(url, connect_timeout=SECONDS) as connection:
            connection.execute("INSERT INTO kept VALUES (%s)", (value,))
            cut(b"COMMIT")
            with pytest.raises(psycopg.OperationalError):
                connection.commit()
    assert postgres_server.execute("SELECT value FROM kept", database=name) == [("answer cut",)]


def test_pgbouncer_gives_a_connection_to_each_transaction(pgbouncer: PgBouncer, postgres_database: str) -> None:
    url = pgbouncer.url(postgres_database.rpartition("/")[2])
    with connect(url) as one, connect(url) as other:
        serving = {connection.execute("SELECT pg_backend_pid()").fetchall()[0] for connection in (one, other)}
    assert len(serving) == 1
