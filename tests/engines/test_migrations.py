"""The schema goes up and down as a whole, and nobody uses one of another version."""

import multiprocessing
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any, LiteralString

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from psycopg import sql

from cluster.engines.proxy import Proxy
from cluster.perch_process import run_app
from infrastructure.cannot_use import CannotUse
from infrastructure.postgres.migrating import LOCK_SECONDS, migrate
from infrastructure.postgres.schema import SCHEMA_VERSION, check
from infrastructure.postgres.sessions import Connection
from tests.e2e.databases import assert_refused
from tests.engines.sessions import await_that, connect, publish, value
from tests.fakes.postgres import opened

AT_ONCE = 2
SHORT_SECONDS = 0.2
TIMELINES = "postgresql"

OBJECTS: LiteralString = """
    SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    ORDER BY 1
"""

WAIT_FOR_ANOTHER: LiteralString = """
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


@pytest.fixture
def session(postgres_database: str) -> Iterator[Connection]:
    with connect(postgres_database) as connection:
        yield connection


def objects(session: Connection) -> list[Any]:
    """Names of all tables, indexes, sequences and functions."""
    return [name for (name,) in session.execute(OBJECTS)]


def test_the_version_that_the_code_needs_is_the_newest() -> None:
    config = Config()
    config.set_main_option("script_location", "infrastructure.postgres:migrations")
    assert ScriptDirectory.from_config(config).get_heads() == [SCHEMA_VERSION]


def test_up_down_and_up_again_with_data(postgres_database: str, session: Connection) -> None:
    assert migrate(postgres_database, "head", TIMELINES) == SCHEMA_VERSION
    made = objects(session)
    publish(session, "author")
    with opened(postgres_database) as stores:
        assert stores.graph.follow("fan", "author")
        generation, mark, _ = stores.timelines.install("fan")
        stores.timelines.merge("fan", generation, [1], 0, mark)
    assert migrate(postgres_database, "head", TIMELINES) == SCHEMA_VERSION
    assert value(session, "SELECT count(*) FROM tweets") == 1
    assert migrate(postgres_database, "base", TIMELINES) == "base"
    assert objects(session) == ["alembic_version", "alembic_version_pkc"]
    assert migrate(postgres_database, "base", TIMELINES) == "base"
    assert migrate(postgres_database, SCHEMA_VERSION, TIMELINES) == SCHEMA_VERSION
    assert objects(session) == made
    assert value(session, "SELECT count(*) FROM tweets") == 0


def test_an_emptied_database_gives_no_generation_again(postgres_database: str) -> None:
    generations = []
    for _ in range(2):
        migrate(postgres_database, "head", TIMELINES)
        with opened(postgres_database) as stores:
            generations.append(stores.timelines.install("fan").generation)
        migrate(postgres_database, "base", TIMELINES)
    assert len(set(generations)) == 2


def test_the_command_says_which_version_the_schema_has(postgres_database: str) -> None:
    done = run_app("migrate", DATABASE_URL=postgres_database)
    users = "processes that need version 0001 or a newer one can use it"
    assert (done.returncode, done.stdout) == (0, f"The schema has version {SCHEMA_VERSION}; {users}.\n"), done.stderr
    done = run_app("migrate", "base", DATABASE_URL=postgres_database)
    assert (done.returncode, done.stdout) == (0, "The schema has version base.\n"), done.stderr


def test_several_migrate_at_once(postgres_database: str, session: Connection) -> None:
    with ProcessPoolExecutor(AT_ONCE, multiprocessing.get_context("spawn")) as pool:
        for version, outcome in (("head", SCHEMA_VERSION), ("base", "base")):
            with connect(postgres_database) as other, other.transaction():
                other.execute("SELECT pg_advisory_xact_lock(1, 2)")
                running = [pool.submit(migrate, postgres_database, version, TIMELINES) for _ in range(AT_ONCE)]
                await_that(lambda: value(session, WAIT_FOR_ANOTHER) == AT_ONCE, lambda: "they do not wait")
            assert [each.result() for each in running] == [outcome] * AT_ONCE


def test_a_step_up_that_fails_leaves_what_there_was(postgres_database: str, session: Connection) -> None:
    session.execute("CREATE TABLE kept_values AS SELECT 'of another program' AS value")
    with pytest.raises(CannotUse, match=r'^The schema was not changed: relation "kept_values" already exists\.$'):
        migrate(postgres_database, "head", TIMELINES)
    assert objects(session) == ["kept_values"]
    session.execute("DROP TABLE kept_values")
    assert migrate(postgres_database, "head", TIMELINES) == SCHEMA_VERSION


def test_a_step_down_that_fails_leaves_the_schema_and_the_data(own_schema_url: str) -> None:
    with connect(own_schema_url) as session:
        tweet_id = publish(session, "author")
        session.execute("CREATE VIEW report AS SELECT count(*) FROM tweets")
        before = objects(session)
        with pytest.raises(CannotUse, match=r"^The schema was not changed: cannot drop .*tweets.*\.$"):
            migrate(own_schema_url, "base", TIMELINES)
        assert objects(session) == before
        check(own_schema_url, TIMELINES)
        assert publish(session, "author") > tweet_id


@pytest.mark.parametrize("lock", ["SELECT pg_advisory_xact_lock(1, 2)", "LOCK TABLE tweets IN ACCESS SHARE MODE"])
def test_a_migration_that_waits_too_long_for_a_lock_gives_up(own_schema_url: str, lock: LiteralString) -> None:
    with connect(own_schema_url) as session:
        before = objects(session)
        with session.transaction():
            session.execute(lock)
            with pytest.raises(CannotUse, match=r"^The schema was not changed: .* lock timeout\.$"):
                migrate(own_schema_url, "base", TIMELINES, lock_seconds=SHORT_SECONDS)
        assert objects(session) == before
    assert migrate(own_schema_url, "base", TIMELINES) == "base"
    assert LOCK_SECONDS <= 30


def make_newer(url: str) -> None:
    migrate(url, "head", TIMELINES)
    with connect(url) as session:
        session.execute("UPDATE alembic_version SET version_num = '9999'")
        session.execute("UPDATE kept_values SET value = '9998' WHERE name = 'serves_since'")


def leave_empty(_: str) -> None:
    pass


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (leave_empty, rf"has no schema of Perch, and this Perch needs version {SCHEMA_VERSION}: .*migrate`"),
        (make_newer, rf"has version 9999, and this Perch needs version {SCHEMA_VERSION}: .*migrate`"),
    ],
)
def test_another_version_is_refused(postgres_database: str, make: Callable[[str], None], why: str) -> None:
    make(postgres_database)
    with pytest.raises(CannotUse, match=rf"^The database .* {why}\.$"):
        check(postgres_database, TIMELINES)


def test_a_newer_version_that_serves_this_one_is_used(postgres_database: str, session: Connection) -> None:
    make_newer(postgres_database)
    session.execute("UPDATE kept_values SET value = %s WHERE name = 'serves_since'", (SCHEMA_VERSION,))
    check(postgres_database, TIMELINES)
    session.execute("DELETE FROM kept_values WHERE name = 'serves_since'")
    with pytest.raises(CannotUse, match="has version 9999"):
        check(postgres_database, TIMELINES)


def test_each_version_says_whom_it_serves(postgres_database: str, session: Connection) -> None:
    kept = "SELECT value FROM kept_values WHERE name = 'serves_since'"
    for version in ("head", "0001"):
        migrate(postgres_database, version, TIMELINES)
        assert value(session, kept) == "0001"
    with pytest.raises(CannotUse, match="has version 0001"):
        check(postgres_database, TIMELINES)


@pytest.mark.parametrize("command", ["serve", "work"])
def test_a_process_does_not_start_on_another_version(postgres_database: str, command: str) -> None:
    assert_refused([command], f"needs version {SCHEMA_VERSION}", DATABASE_URL=postgres_database)


@pytest.mark.parametrize("version", ["head", "base", SCHEMA_VERSION])
def test_a_newer_schema_stays_as_it_is(postgres_database: str, session: Connection, version: str) -> None:
    make_newer(postgres_database)
    before = objects(session)
    with pytest.raises(CannotUse, match=r"^The schema was made by a newer Perch: .* its version 9999\.$"):
        migrate(postgres_database, version, TIMELINES)
    assert objects(session) == before


def test_a_version_that_there_is_not_is_refused(postgres_database: str) -> None:
    why = "no version '0' of the schema; there are base, 0001, 0002, head"
    assert_refused(["migrate", "0"], why, DATABASE_URL=postgres_database)


def test_timelines_go_elsewhere_only_by_migrate(own_schema_url: str) -> None:
    with pytest.raises(CannotUse, match=r"timelines were in postgresql so far, and TIMELINES_URL says none: .*migrate"):
        check(own_schema_url, "none")
    with opened(own_schema_url) as stores:
        stores.timelines.install("fan")
        migrate(own_schema_url, "head", TIMELINES)
        assert stores.timelines.held() == 1
        migrate(own_schema_url, "head", "none")
        assert stores.timelines.held() == 0
    check(own_schema_url, "none")
    with pytest.raises(CannotUse, match="timelines were in none so far, and TIMELINES_URL says postgresql"):
        check(own_schema_url, TIMELINES)


def test_a_migration_that_was_killed_before_it_noted_the_timelines_is_run_again(own_schema_url: str) -> None:
    with connect(own_schema_url) as session:
        session.execute("DELETE FROM kept_values")
    with pytest.raises(CannotUse, match=r"timelines were nowhere so far.*migrate"):
        check(own_schema_url, TIMELINES)
    migrate(own_schema_url, "head", TIMELINES)
    check(own_schema_url, TIMELINES)


def migrate_to_head(url: str, timelines: str) -> None:
    migrate(url, "head", timelines)


@pytest.mark.parametrize(
    ("fault", "call"), [(Proxy.refuse, check), (Proxy.refuse, migrate_to_head), (Proxy.ignore, check)]
)
def test_a_database_that_cannot_be_reached_is_named_without_its_password(
    postgres_proxy: Proxy, fault: Callable[[Proxy], None], call: Callable[[str, str], None]
) -> None:
    fault(postgres_proxy)
    url = f"postgresql://perch:secret@127.0.0.1:{postgres_proxy.port}/perch"
    named = f"host=127.0.0.1 port={postgres_proxy.port} dbname=perch"
    with pytest.raises(CannotUse, match=rf"^The database {named} cannot be reached: [^\n]*\.$"):
        call(url, TIMELINES)


@pytest.mark.parametrize("call", [check, migrate_to_head])
def test_a_user_without_rights_is_told_so(own_schema_url: str, call: Callable[[str, str], None]) -> None:
    role = f"stranger_{secrets.token_hex(4)}"
    with connect(own_schema_url) as session:
        session.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(role)))
        try:
            with pytest.raises(CannotUse, match=r"cannot be used: permission denied .*\.$"):
                call(f"{own_schema_url}?options=-c%20role%3D{role}", TIMELINES)
        finally:
            session.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))
