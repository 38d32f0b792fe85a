"""Perch behind PgBouncer in transaction mode: it leaves nothing in sessions that others use after it."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest

from cluster.engines.own_postgres import OwnPostgres
from cluster.perch_process import PerchProcess, WorkProcess
from infrastructure.postgres.migrating import migrate
from tests.contracts.racing import race_of_twenty
from tests.engines.every_statement import execute_all
from tests.engines.missing import go_without
from tests.engines.pgbouncer import MISSING, PgBouncer, find_pgbouncer
from tests.engines.sessions import await_that, connect, value
from tests.fakes.postgres import opened
from usecases.publish_tweet import NEVER_PULLED, IdempotencyKey

SESSIONS = 3

LEFT_BEHIND: LiteralString = """
    SELECT 'prepared statement', name FROM pg_prepared_statements
    UNION ALL
    SELECT 'setting', name FROM pg_settings WHERE source = 'session' AND name NOT IN (
        'application_name', 'client_encoding', 'DateStyle', 'standard_conforming_strings', 'TimeZone'
    )
    UNION ALL SELECT 'advisory lock', objid::text FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()
    UNION ALL SELECT 'temporary table', relname FROM pg_class WHERE relpersistence = 't'
    UNION ALL SELECT 'channel', channel FROM pg_listening_channels() AS channel
"""
"""PgBouncer itself sets the settings that are left out, for each client."""

WAITING: LiteralString = "SELECT count(*) FROM unpushed WHERE due_at_ms IS NOT NULL"


@pytest.fixture
def url(breakable_postgres: OwnPostgres, postgres_database: str) -> Iterator[str]:
    """The URL of an empty database through a PgBouncer that has few sessions."""
    program = find_pgbouncer()
    if program is None:
        go_without(MISSING)
    with PgBouncer(program, breakable_postgres, connections=SESSIONS) as pgbouncer:
        yield pgbouncer.url(postgres_database.rpartition("/")[2])


def left_behind(url: str) -> list[tuple[str, str]]:
    """What is left in the sessions between PgBouncer and the server."""
    found: list[tuple[str, str]] = []
    servers = set()
    with ExitStack() as stack:
        for _ in range(SESSIONS):
            client = stack.enter_context(psycopg.connect(url, prepare_threshold=None))
            servers.add(value(client, "SELECT pg_backend_pid()"))
            found += client.execute(LEFT_BEHIND).fetchall()
    assert len(servers) == SESSIONS
    return found


def test_migrations_and_all_statements_leave_nothing_behind(url: str) -> None:
    migrate(url, "head", "postgresql")
    with opened(url) as stores:
        key = IdempotencyKey("a key", "digest")
        tweets = race_of_twenty(lambda _: stores.tweets.publish("ann", "a tweet", pull_from=NEVER_PULLED, key=key))
        assert len({publication.tweet.id for publication in tweets}) == 1
        race_of_twenty(lambda number: stores.graph.follow(f"fan{number}", "ann"))
        race_of_twenty(lambda _: stores.outbox.due(1))
    with connect(url) as client:
        for _ in range(10):
            execute_all(client)
    assert left_behind(url) == []
    assert migrate(url, "base", "postgresql") == "base"
    assert left_behind(url) == []


def test_what_a_client_leaves_behind_is_found(url: str) -> None:
    with connect(url) as client:
        client.execute("SET jit = off")
        client.execute("SELECT pg_advisory_lock(5)")
        client.execute("SELECT 1", prepare=True)
    assert {kind for kind, _ in left_behind(url)} == {"setting", "advisory lock", "prepared statement"}


def test_serve_and_work_run_behind_it(url: str, postgres_database: str, tmp_path: Path) -> None:
    migrate(url, "head", "postgresql")
    serve = PerchProcess(tmp_path / "serve", DATABASE_URL=url)
    with serve, WorkProcess(tmp_path / "work", DATABASE_URL=url) as work, connect(postgres_database) as session:
        assert serve.call("PUT", "/v1/users/me/following/ann", "fan")[0] == 204
        for number in range(50):
            assert serve.call("POST", "/v1/tweets", "ann", json.dumps({"text": f"number {number}"}).encode())[0] == 201
            status, body = serve.call("GET", "/v1/users/me/timeline?limit=100", "fan")
            assert (status, len(json.loads(body)["data"])) == (200, number + 1)
        await_that(lambda: value(session, WAITING) == 0, work.log)
        assert serve.call("GET", "/readyz")[0] == work.call("GET", "/readyz")[0] == 200
    assert serve.log() == work.log() == ""
    assert left_behind(url) == []
