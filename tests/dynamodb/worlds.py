"""Worlds with timelines in DynamoDB, beside all else in PostgreSQL. A strand also stops before each look at a table."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from app.compose import Adapters
from cluster.engines.dynamodb_server import REGION, DynamoServer
from infrastructure.clock import Clock
from infrastructure.dynamodb.client import open_client
from infrastructure.dynamodb.partitions import DynamoPartitions
from infrastructure.dynamodb.senders import Senders
from infrastructure.dynamodb.writes import Writes
from infrastructure.outside.circuit import Circuit
from infrastructure.outside.engine import OutsideEngine
from infrastructure.outside.guard import Guard
from infrastructure.outside.partitioned import PartitionedTimelines
from infrastructure.postgres.database import Database
from infrastructure.postgres.epochs import PostgresEpoch
from infrastructure.postgres.readers import PostgresReaders
from infrastructure.postgres.stores import OpenOutside
from tests.fakes.dynamodb import PATIENCE, TTL_SECONDS
from tests.fakes.partitions import NoCircuit
from tests.fakes.postgres import DatabaseClock, manual_database
from tests.fakes.strand import stepped
from tests.integration.on_postgres import engine_on, open_database
from tests.integration.stores import Bounds, Change
from tests.integration.world import World

CONNECTIONS = 20


def _as_it_is(store: Any) -> Any:  # noqa: ANN401 - of any kind
    return store


def _unbroken(adapters: Adapters) -> Adapters:
    return adapters


@dataclass(frozen=True, slots=True)
class Parts:
    """What the timelines are made of; a test breaks one of the parts."""

    timelines: type[PartitionedTimelines] = PartitionedTimelines
    partitions: Callable[[Any], Any] = _as_it_is
    readers: Callable[[Any], Any] = _as_it_is
    change: Change = _unbroken
    ttl_seconds: int = TTL_SECONDS

    def opening(self, engine: str, partitions: Any, clock: Clock) -> OpenOutside:  # noqa: ANN401 - of any engine
        """Opens timelines of these parts, on the partitions of an engine."""
        # Each store is made twice, and what a broken part knows is the same for both.
        known = self.partitions(stepped(partitions, "partitions"))

        def open_outside(readers: PostgresReaders, _: PostgresEpoch) -> OutsideEngine:
            timelines = self.timelines(self.readers(readers), known, Guard(NoCircuit()), clock.now_ms, self.ttl_seconds)
            return OutsideEngine(timelines, Circuit(engine), lambda: None)

        return open_outside


UNBROKEN = Parts()


class DynamoWorlds:
    """Makes worlds, each on the emptied database and a table of its own, where the world before it ends."""

    def __init__(self, database: Database, clock: DatabaseClock, server: DynamoServer, senders: Senders) -> None:
        self._database = database
        self._clock = clock
        self.server = server
        self._senders = senders
        self._client = open_client(REGION, connections=CONNECTIONS, endpoint_url=server.url, patience=PATIENCE)

    def make(self, bounds: Bounds, parts: Parts = UNBROKEN) -> World:
        self._clock.begin_again()
        self.server.empty()
        table = self.server.table
        writes = Writes(self._client, table, self._senders)
        partitions = DynamoPartitions(self._client, table, writes, self._clock.now_ms, parts.ttl_seconds)
        open_outside = parts.opening("dynamodb", partitions, self._clock)
        make_engine = engine_on(self._database, self._clock, open_outside=open_outside)
        return World(bounds, change=parts.change, make_engine=make_engine)

    def close(self) -> None:
        self._client.close()


@contextmanager
def dynamo_worlds(url: str, server: DynamoServer) -> Iterator[DynamoWorlds]:
    """Makes worlds on this database and this server."""
    senders = Senders("send", 2)
    with manual_database(url) as clock, open_database(url) as database:
        made = DynamoWorlds(database, clock, server, senders)
        yield made
        made.close()
    senders.close(PATIENCE)
