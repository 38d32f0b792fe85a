"""Timelines in Cassandra for tests: time enough on a busy machine."""

from collections.abc import Callable

from infrastructure.cassandra.address import Address
from infrastructure.cassandra.opening import open_timelines
from infrastructure.outside.engine import OutsideEngine
from infrastructure.postgres.epochs import PostgresEpoch
from infrastructure.postgres.readers import PostgresReaders
from infrastructure.postgres.stores import OpenOutside

PATIENCE = 40.0
"""So much longer than usual that a busy machine is not taken for a cluster that does not answer."""


def opening(address: Address, now_ms: Callable[[], int] = lambda: 0, *, patience: float = PATIENCE) -> OpenOutside:
    """What opens timelines there; while it is the year 1970, no entry can have expired, however small its id."""

    def open_outside(readers: PostgresReaders, _: PostgresEpoch) -> OutsideEngine:
        return open_timelines(address, readers, now_ms, patience=patience)

    return open_outside
