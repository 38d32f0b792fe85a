"""Three nodes of Cassandra, which have the same ports on addresses of their own."""

from contextlib import ExitStack
from types import TracebackType
from typing import Self

from infrastructure.cassandra.address import Address
from tests.engines.own_cassandra import OwnCassandra
from tests.engines.ports import ReservedPort

ADDRESSES = ("127.0.0.1", "127.0.0.2", "127.0.0.3")
TOKENS = (-(1 << 63), -3074457345618258603, 3074457345618258602)

# All are seeds with fixed tokens, so that none waits for another.
JVM = ("-Dcassandra.consistent.rangemovement=false", "-Dcassandra.ring_delay_ms=5000")


class ThreeNodes:
    """As a context manager they run until the block ends."""

    def __init__(self) -> None:
        self._reserved = (ReservedPort(), ReservedPort())
        port, storage_port = (reserved.number for reserved in self._reserved)
        self.nodes = [
            OwnCassandra(address=address, ports=(port, storage_port), seeds=ADDRESSES, token=token, jvm=JVM)
            for address, token in zip(ADDRESSES, TOKENS, strict=True)
        ]
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            for reserved in self._reserved:
                stack.callback(reserved.release)
            for node in self.nodes:
                stack.callback(node.close)
            for node in self.nodes:
                node.begin_to_start()
            for node in self.nodes:
                node.wait_until_started()
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def address(self, keyspace: str) -> Address:
        return Address(tuple((node.address, node.port) for node in self.nodes), keyspace, replication_factor=3)

    def url(self, keyspace: str) -> str:
        hosts = ",".join(f"{node.address}:{node.port}" for node in self.nodes)
        return f"cassandra://{hosts}/{keyspace}?replication_factor=3"
