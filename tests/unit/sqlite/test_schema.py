"""Versions of the file: every step leads to the next and keeps what is there."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from infrastructure.sqlite.schema import APPLICATION_ID, STEPS, UnknownVersion, check_identity, migrate

DATA = {
    1: """
        INSERT INTO tweets VALUES (7, 'ann', 'hello', 0), (8, 'ben', 'pulled', 1);
        INSERT INTO follows VALUES (3, 'ann', 'ben');
        INSERT INTO idempotency_keys VALUES ('ann', 'key', 'digest', 7, 'hello', 1);
        INSERT INTO kept_values VALUES ('secret_key', 'secret');
    """,
}
"""Rows of every table, as each version had them. A new step has a new entry here."""

NEXT = "ALTER TABLE tweets ADD COLUMN language TEXT; UPDATE tweets SET language = 'en' WHERE id = 7;"
BROKEN = "ALTER TABLE tweets ADD COLUMN language TEXT; INSERT INTO no_such_table VALUES (1);"


@pytest.fixture
def database() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as made:
        yield made


def dump(database: sqlite3.Connection) -> list[str]:
    return [*database.iterdump(), *map(str, stamps(database))]


def stamps(database: sqlite3.Connection) -> tuple[int, int]:
    [version] = database.execute("PRAGMA user_version").fetchone()
    [application_id] = database.execute("PRAGMA application_id").fetchone()
    return version, application_id


@pytest.mark.parametrize("version", range(1, len(STEPS) + 1))
def test_a_file_of_every_version_comes_to_the_newest_with_all_its_data(
    database: sqlite3.Connection, version: int
) -> None:
    migrate(database, STEPS[:version])
    database.executescript(DATA[version])

    migrate(database)

    assert stamps(database) == (len(STEPS), APPLICATION_ID)
    counts = {name: database.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables(database)}  # noqa: S608
    assert counts == {"tweets": 2, "follows": 1, "idempotency_keys": 1, "kept_values": 1}
    assert database.execute("SELECT text, pulled FROM tweets ORDER BY id").fetchall() == [("hello", 0), ("pulled", 1)]


def test_one_more_step_changes_what_is_there_and_nothing_else(database: sqlite3.Connection) -> None:
    migrate(database)
    database.executescript(DATA[len(STEPS)])

    migrate(database, [*STEPS, NEXT])

    assert stamps(database) == (len(STEPS) + 1, APPLICATION_ID)
    assert database.execute("SELECT id, language FROM tweets ORDER BY id").fetchall() == [(7, "en"), (8, None)]


def test_a_step_that_fails_leaves_the_version_before_it(database: sqlite3.Connection) -> None:
    migrate(database)
    database.executescript(DATA[len(STEPS)])
    before = dump(database)

    with pytest.raises(sqlite3.OperationalError, match="no_such_table"):
        migrate(database, [*STEPS, BROKEN])
    database.rollback()

    assert dump(database) == before


def test_the_newest_version_is_left_as_it_is(database: sqlite3.Connection) -> None:
    migrate(database)
    before = dump(database)
    migrate(database)
    assert dump(database) == before


def test_a_newer_version_is_refused(database: sqlite3.Connection) -> None:
    migrate(database, [*STEPS, NEXT])
    with pytest.raises(UnknownVersion, match=f"version {len(STEPS) + 1}; this Perch knows {len(STEPS)}"):
        check_identity(database)


def tables(database: sqlite3.Connection) -> list[str]:
    found = database.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return [name for (name,) in found]
