"""Opens timelines in Cassandra, and what watches over the cluster."""

from collections.abc import Callable
from contextlib import suppress

from domain.errors import Unavailable
from infrastructure.cassandra.address import Address
from infrastructure.cassandra.link import Link
from infrastructure.cassandra.partitions import CassandraPartitions
from infrastructure.cassandra.session import CONNECT_SECONDS
from infrastructure.outside.engine import OutsideEngine
from infrastructure.outside.guard import Guard
from infrastructure.outside.partitioned import PartitionedTimelines, Readers
from infrastructure.outside.watching import watched


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
