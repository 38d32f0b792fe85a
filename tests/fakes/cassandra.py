"""Timelines in Cassandra for tests: partitions that no test used before, and time enough on a busy machine."""

import time
from collections.abc import Callable
from typing import LiteralString

import psycopg

from infrastructure.cassandra.address import Address
from infrastructure.cassandra.opening import open_timelines
from infrastructure.outside.engine import OutsideEngine
from infrastructure.postgres.epochs import PostgresEpoch
from infrastructure.postgres.readers import PostgresReaders
from infrastructure.postgres.stores import OpenOutside

PATIENCE = 40.0
"""So much longer than usual that a busy machine is not taken for a cluster that does not answer."""

NEW_GENERATIONS: LiteralString = "SELECT setval('generations', %s)"


def opening(address: Address, now_ms: Callable[[], int] = lambda: 0, *, patience: float = PATIENCE) -> OpenOutside:
    """What opens timelines there; while it is the year 1970, no entry can have expired, however small its id."""

    def open_outside(readers: PostgresReaders, _: PostgresEpoch) -> OutsideEngine:
        return open_timelines(address, readers, now_ms, patience=patience)

    return open_outside


def begin_new_generations(url: str) -> None:
    """From now on the database gives out generations that it never gave, although it was emptied."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(NEW_GENERATIONS, (time.time_ns(),))
