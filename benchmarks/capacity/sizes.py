"""Measures how many bytes rows take in PostgreSQL, with their indexes."""

from collections.abc import Mapping
from typing import LiteralString

from cluster.engines import own_postgres
from cluster.engines.own_postgres import OwnPostgres
from infrastructure.postgres.migrating import migrate

ROWS = 50_000

FILLS: Mapping[str, tuple[LiteralString, LiteralString]] = {
    "a tweet of 75 characters": (
        "tweets",
        "INSERT INTO tweets SELECT n << 30, 'user-' || n %% 999, repeat('-', 75) FROM generate_series(1::bigint, %s) n",
    ),
    "a follow": (
        "follows",
        "INSERT INTO follows SELECT 'user-' || n %% 997, 'user-' || n, n FROM generate_series(1::bigint, %s) n",
    ),
    "an entry of a timeline": (
        "timeline_entries",
        "INSERT INTO timeline_entries SELECT 'user-' || n %% 100, 1, n << 30 FROM generate_series(1::bigint, %s) n",
    ),
}
"""Each with its table, and a statement that adds so many."""


def bytes_of_rows() -> dict[str, float]:
    """The bytes of one row of each kind; raises `RuntimeError` if PostgreSQL is not installed."""
    programs = own_postgres.find_programs()
    if programs is None:
        raise RuntimeError(own_postgres.MISSING)
    with OwnPostgres(programs) as server:
        database = server.create_database()
        migrate(server.url(database), "head", "postgresql")
        for _, statement in FILLS.values():
            server.execute(statement, ROWS, database=database)
        size: LiteralString = "SELECT pg_total_relation_size(%s::regclass)"
        rows = {kind: server.execute(size, table, database=database) for kind, (table, _) in FILLS.items()}
        return {kind: found[0][0] / ROWS for kind, found in rows.items()}
