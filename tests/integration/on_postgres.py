"""Worlds on PostgreSQL, which share a database one after the other."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from app.compose.ports import Clock
from infrastructure.postgres.database import Database
from infrastructure.postgres.polling import NoHints
from infrastructure.postgres.stores import PostgresOptions, stores_on
from tests.fakes.postgres import CLOSE_SECONDS, manual_database
from tests.fakes.strand import stepped
from tests.integration.stores import Bounds, Engine, OpenEngine
from tests.integration.world import World

CONNECTIONS = 20
PATIENCE = 30.0
"""The limits are not what these tests are about."""

LATE_MS = 70_000
"""Due times are by the server's clock. Housekeeping mends what is further ahead than twice the longest back-off."""

STEPS = ("rows", "count", "transaction")
"""Strands also stop before statements of these kinds. The others are the only one of their store call."""


@contextmanager
def open_database(url: str) -> Iterator[Database]:
    database = Database(url, connections=CONNECTIONS, patience=PATIENCE)
    database.open()
    try:
        yield database
    finally:
        database.close(CLOSE_SECONDS)


def engine_on(database: Database, *, prepares: bool = True) -> OpenEngine:
    """The stores on this database; nothing is prepared and pushed without `prepares`."""

    def open_engine(bounds: Bounds, clock: Clock) -> Engine:
        del clock  # that of the database is set
        memory = bounds.options()
        options = PostgresOptions(
            memory.retry,
            timeline_capacity=bounds.capacity,
            timeline_idle_seconds=bounds.idle_seconds,
            pushes=prepares,
            lease_seconds=bounds.due_seconds,
        )
        stores = stores_on(stepped(database, "database", *STEPS), options, "")
        unread = stores_on(database, PostgresOptions(memory.retry, pushes=prepares), "")
        return Engine(
            stores.tweets,
            stores.outbox,
            stores.graph,
            stores.timelines,
            NoHints(),
            stores.announcements,
            unread.timelines,
            stores.looks,
            unread.looks,
            lambda: [chore() for chore in stores.chores],
            LATE_MS,
        )

    return open_engine


@contextmanager
def worlds_in(url: str, *, prepares: bool = True) -> Iterator[Callable[[Bounds], World]]:
    """Makes worlds, each on the emptied database, where the world before it ends."""
    with manual_database(url) as clock, open_database(url) as database:

        def new_world(bounds: Bounds) -> World:
            clock.begin_again()
            return World(bounds, clock=clock, open_engine=engine_on(database, prepares=prepares))

        yield new_world
