"""Perch on PostgreSQL against Flask, psycopg and pgbench with the same server; everything runs on this machine."""

from collections.abc import Callable, Iterator

from benchmarks.cases.postgres import deliveries, publishes, pulled, pushes, reads
from benchmarks.engines import running_postgres, why_no_postgres
from benchmarks.figure import LeftOut, Row
from cluster.engines.postgres import PostgresServer


def measure() -> Iterator[Row]:
    """Yields reads, publishes, pushes and deliveries."""
    return _measured(reads.measure, pulled.measure, publishes.measure, pushes.measure, deliveries.measure)


def in_short(rounds: int) -> Iterator[Row]:
    """Yields a page of a prepared timeline against bare statements, and pushes against executemany and COPY."""
    return _measured(
        lambda server: reads.bare_statements(server, rounds), lambda server: pushes.pushes(server, 2000, rounds)
    )


def _measured(*parts: Callable[[PostgresServer], Iterator[Row]]) -> Iterator[Row]:
    why = why_no_postgres()
    if why is not None:
        yield LeftOut("PostgreSQL", why)
        return
    with running_postgres() as server:
        for part in parts:
            yield from part(server)
