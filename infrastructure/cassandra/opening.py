"""Opens timelines in Cassandra, and what watches over the cluster."""

from collections.abc import Callable
from contextlib import suppress

from domain.errors import Unavailable
from infrastructure.cassandra import schema
from infrastructure.cassandra.address import Address, parse
from infrastructure.cassandra.link import Link
from infrastructure.cassandra.partitions import CassandraPartitions
from infrastructure.cassandra.session import CONNECT_SECONDS
from infrastructure.outside.engine import Needs, OutsideEngine
from infrastructure.outside.guard import Guard
from infrastructure.outside.partitioned import PartitionedTimelines, Readers
from infrastructure.outside.watching import watched

NAME = "Cassandra"

CAPACITY_MAX = 5000
"""A merge of more entries would take longer than a request may."""


def check(url: str) -> None:
    """Raises `ValueError` if this is no address of a keyspace."""
    _address(url)


def open_at(url: str, needs: Needs) -> OutsideEngine:
    """Opens the timelines; no node need answer yet. Raises `CannotUse`."""
    return open_timelines(_address(url), needs.readers, needs.now_ms)


def prepare(url: str) -> None:
    """Makes keyspace and table unless they are there; raises `CannotUse`."""
    schema.prepare(_address(url))


def _address(url: str) -> Address:
    try:
        return parse(url)
    except ValueError as error:
        raise ValueError(f"must be the address of a keyspace of Cassandra: {error}") from None


def open_timelines(
    address: Address, readers: Readers, now_ms: Callable[[], int], *, patience: float = 1.0
) -> OutsideEngine:
    """Opens the timelines; no node need answer yet. All waits are `patience` times as long.

    Raises `CannotUse` if a node answers, and the table cannot be used.
    """
    link = Link(address, patience)
    with suppress(Unavailable):
        link.open()
    circuit, probe = watched("cassandra-timelines", link.probe)
    timelines = PartitionedTimelines(readers, CassandraPartitions(link), Guard(circuit), now_ms, address.ttl_seconds)

    def close() -> None:
        probe.stop(CONNECT_SECONDS * patience)
        link.close()

    return OutsideEngine(timelines, circuit, close, [probe])
