"""Three nodes of Cassandra, on addresses of their own."""

from collections.abc import Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from cluster.engines.own_cassandra import OwnCassandra
from cluster.engines.ports import LOCALHOST, ReservedPort
from infrastructure.cassandra.address import Address

ADDRESSES = ("127.0.0.2", "127.0.0.3", "127.0.0.4")
"""Not that of proxies, which then can have the same ports."""

TOKENS = (-(1 << 63), -3074457345618258603, 3074457345618258602)

# All are seeds with fixed tokens, so that none waits for another.
JVM = ("-Dcassandra.consistent.rangemovement=false", "-Dcassandra.ring_delay_ms=5000")


class ThreeNodes:
    """As a context manager they run until the block ends."""

    def __init__(self, proxies: Sequence[int] = ()) -> None:
        """`proxies` are ports of 127.0.0.1, one for each node, which has the same; clients are told of these alone."""
        self._reserved = (ReservedPort(), ReservedPort())
        port, storage_port = (reserved.number for reserved in self._reserved)
        ports = proxies or [port] * len(ADDRESSES)
        self.nodes = [
            OwnCassandra(
                address=address,
                told_address=LOCALHOST if proxies else "",
                ports=(client_port, storage_port),
                seeds=ADDRESSES,
                token=token,
                jvm=JVM,
            )
            for address, client_port, token in zip(ADDRESSES, ports, TOKENS, strict=True)
        ]
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            for reserved in self._reserved:
                stack.callback(reserved.release)
            for node in self.nodes:
                stack.callback(node.close)
            self._start()
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def _start(self) -> None:
        for node in self.nodes:
            node.begin_to_start()
        self.wait_until_started()

    def wait_until_started(self) -> None:
        """Returns when all nodes accept clients."""
        for node in self.nodes:
            node.wait_until_started()

    def lose_data(self) -> None:
        """Kills all nodes, and starts them without data."""
        for node in self.nodes:
            node.forget()
        self._start()

    def address(self, keyspace: str) -> Address:
        return Address(tuple((node.address, node.port) for node in self.nodes), keyspace, replication_factor=3)

    def url(self, keyspace: str) -> str:
        hosts = ",".join(f"{node.told_address}:{node.port}" for node in self.nodes)
        return f"cassandra://{hosts}/{keyspace}?replication_factor=3"
