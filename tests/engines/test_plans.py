"""Every statement uses an index where there are very many rows, whatever its parameters are."""

import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from typing import LiteralString

import pytest

from cluster.engines.postgres import PostgresServer
from infrastructure import postgres
from infrastructure.postgres.migrating import migrate
from infrastructure.postgres.sessions import Connection
from tests.engines.every_statement import execute_all
from tests.engines.large_database import load
from tests.engines.plans import Plans, plain
from tests.engines.sessions import connect
from tests.integration.effort import LONG

ROWS = 1_000_000 if LONG else 100_000

NOT_EXECUTED = {"migrating.DISCARD_ALL", "looks.FOLLOWS_AND_UNPUSHED"}
"""One deletes a whole table, when timelines go elsewhere; the other is a part of statements."""

NO_REQUESTS = {"infrastructure.postgres.migrations.env", "infrastructure.postgres.filling"}
"""A script of Alembic, and what copies whole tables into an empty database."""

PLPGSQL: LiteralString = """
    SELECT prosrc FROM pg_proc JOIN pg_language ON pg_language.oid = prolang
    WHERE pronamespace = 'public'::regnamespace AND lanname = 'plpgsql'
"""


@pytest.fixture(scope="module")
def large(postgres_server: PostgresServer) -> Iterator[str]:
    """The name of a large database, of which tests make copies."""
    name = postgres_server.create_database()
    migrate(postgres_server.url(name), "head", "postgresql")
    with connect(postgres_server.url(name)) as connection:
        load(connection, ROWS)
    yield name
    postgres_server.drop_database(name)


@pytest.fixture
def session(large: str, postgres_server: PostgresServer) -> Iterator[Connection]:
    name = postgres_server.create_database(large, "FILE_COPY")
    with connect(postgres_server.url(name)) as connection:
        yield connection
    postgres_server.drop_database(name)


def constants() -> dict[str, str]:
    """All statements of the package, by the names of their constants."""
    names = (found.name for found in pkgutil.walk_packages(postgres.__path__, "infrastructure.postgres."))
    modules = [import_module(name) for name in names if name not in NO_REQUESTS]
    return {
        f"{module.__name__.rpartition('.')[2]}.{name}": plain(getattr(module, name))
        for module in modules
        for name, kind in module.__annotations__.items()
        if kind is LiteralString
    }


def statements_of(source: str) -> Iterator[str]:
    """The statements on tables in the source of a function, as its plans name them."""
    for text in re.sub(r"--.*", "", source).split(";"):
        found = re.search(r"\b(?:(?:PERFORM|SELECT)\b.*\bFROM|INSERT INTO|UPDATE|DELETE FROM)\b.*", text, re.DOTALL)
        if found and ":=" not in text:
            statement = plain(found[0].replace("PERFORM", "SELECT", 1))
            yield re.sub(r"(?<!INSERT) INTO \w+(, \w+)*(?= FROM|$)", "", statement)


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("mode", ["force_generic_plan", "force_custom_plan"])
def test_every_statement_reads_few_rows(session: Connection, mode: LiteralString) -> None:
    plans = Plans(session, mode)
    execute_all(session)
    executed = {plan.statement for plan in plans.found}
    assert {name for name, statement in constants().items() if statement not in executed} == NOT_EXECUTED
    inner = {one for (source,) in session.execute(PLPGSQL) for one in statements_of(source)}
    assert len(inner) > 20
    assert inner - executed == set()
    assert [fault for plan in plans.found for fault in plan.faults(ROWS // 50)] == []


def test_a_statement_without_an_index_is_found(session: Connection) -> None:
    plans = Plans(session, "force_custom_plan")
    session.execute("SELECT id FROM tweets WHERE body = %s", ("a tweet",))
    session.execute("SELECT author_id FROM tweets WHERE id > %s ORDER BY id", (0,))
    assert [len(plan.faults(ROWS // 50)) for plan in plans.found] == [1, 1]
