"""Worlds with timelines in Cassandra, beside all else in PostgreSQL. A strand also stops before each question to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from infrastructure.cassandra.link import Link, Ready
from infrastructure.cassandra.partitions import CassandraPartitions
from infrastructure.postgres.database import Database
from tests.dynamodb.worlds import UNBROKEN, Parts
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
        partitions = CassandraPartitions(self._link)  # type: ignore[arg-type]
        open_outside = parts.opening("cassandra", partitions, self._clock)
        make_engine = engine_on(self._database, self._clock, open_outside=open_outside)
        return World(bounds, change=parts.change, make_engine=make_engine)


@contextmanager
def cassandra_worlds(url: str, link: Link) -> Iterator[CassandraWorlds]:
    """Makes worlds on this database and in this keyspace."""
    with manual_database(url) as clock, open_database(url) as database:
        yield CassandraWorlds(database, clock, link)
