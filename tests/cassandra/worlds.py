"""Worlds with timelines in Cassandra, beside all else in PostgreSQL. A strand also stops before each question to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from infrastructure.cassandra.link import Link, Ready
from infrastructure.cassandra.partitions import CassandraPartitions
from infrastructure.outside.circuit import Circuit
from infrastructure.outside.engine import OutsideEngine
from infrastructure.outside.guard import Guard
from infrastructure.postgres.database import Database
from infrastructure.postgres.epochs import PostgresEpoch
from infrastructure.postgres.readers import PostgresReaders
from infrastructure.postgres.stores import OpenOutside
from tests.dynamodb.worlds import UNBROKEN, Parts
from tests.fakes.partitions import NoCircuit
from tests.fakes.postgres import DatabaseClock, manual_database
from tests.fakes.strand import stepped
from tests.integration.on_postgres import engine_on, open_database
from tests.integration.stores import Bounds
from tests.integration.world import World


class SteppedLink:
    """A link on whose questions strands stop."""

    def __init__(self, link: Link) -> None:
        ready = link.ready()
        self._ready = replace(ready, session=stepped(ready.session, "cassandra", "ask", "ask_all"))

    def ready(self) -> Ready:
        return self._ready


class CassandraWorlds:
    """Makes worlds, each on the emptied database, and with partitions that none had before."""

    def __init__(self, database: Database, clock: DatabaseClock, link: Link) -> None:
        self._database = database
        self._clock = clock
        self._link = SteppedLink(link)

    def make(self, bounds: Bounds, parts: Parts = UNBROKEN) -> World:
        self._clock.begin_again()
        make_engine = engine_on(self._database, self._clock, open_outside=self._opening(parts))
        return World(bounds, change=parts.change, make_engine=make_engine)

    def _opening(self, parts: Parts) -> OpenOutside:
        # Each store is made twice, and what a broken part knows is the same for both.
        partitions = parts.partitions(stepped(CassandraPartitions(self._link), "partitions"))  # type: ignore[arg-type]

        def open_outside(readers: PostgresReaders, _: PostgresEpoch) -> OutsideEngine:
            timelines = parts.timelines(
                parts.readers(readers), partitions, Guard(NoCircuit()), self._clock.now_ms, parts.ttl_seconds
            )
            return OutsideEngine(timelines, Circuit("cassandra"), lambda: None)

        return open_outside


@contextmanager
def cassandra_worlds(url: str, link: Link) -> Iterator[CassandraWorlds]:
    """Makes worlds on this database and in this keyspace."""
    with manual_database(url) as clock, open_database(url) as database:
        yield CassandraWorlds(database, clock, link)
