"""Worlds on PostgreSQL, which share a database one after the other."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from app.compose import Adapters
from infrastructure.clock import Clock
from infrastructure.events.no_hints import NoHints
from infrastructure.memory.write_allowance import Unlimited
from infrastructure.postgres.database import Database
from infrastructure.postgres.stores import OpenOutside, PostgresOptions, stores_on
from tests.fakes.clock import ManualClock
from tests.fakes.oracle import Oracle
from tests.fakes.postgres import CLOSE_SECONDS, manual_database
from tests.fakes.strand import stepped
from tests.integration.stores import Bounds, Engine, MakeEngine
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


def engine_on(
    database: Database, clock: Clock, *, prepares: bool = True, open_outside: OpenOutside | None = None
) -> MakeEngine:
    """The stores on this database, by whose clock `clock` goes; nothing is prepared and pushed without `prepares`.

    `open_outside` opens timelines elsewhere.
    """

    def make_engine(bounds: Bounds, _: Oracle) -> Engine:
        memory = bounds.options()
        options = PostgresOptions(
            memory.retry,
            timeline_capacity=bounds.capacity,
            timeline_idle_seconds=bounds.idle_seconds,
            pushes=prepares,
            lease_seconds=bounds.due_seconds,
        )
        stores = stores_on(stepped(database, "database", *STEPS), options, "", open_outside)
        unread = stores_on(database, PostgresOptions(memory.retry, pushes=prepares), "", open_outside)
        adapters = Adapters(
            clock,
            stores.tweets,
            stores.outbox,
            stores.graph,
            stores.timelines,
            NoHints(),
            NoHints(),
            stores.announcements,
            Unlimited(),
            secret_key="not used",  # noqa: S106 - nothing signs a cursor
            looks=stores.looks,
        )
        manual = clock if isinstance(clock, ManualClock) else ManualClock()
        chores = stores.chores
        return Engine(manual, adapters, unread.looks, unread.timelines, lambda: [chore() for chore in chores], LATE_MS)

    return make_engine


@contextmanager
def worlds_in(url: str, *, prepares: bool = True) -> Iterator[Callable[[Bounds], World]]:
    """Makes worlds, each on the emptied database, where the world before it ends."""
    with manual_database(url) as clock, open_database(url) as database:

        def new_world(bounds: Bounds) -> World:
            clock.begin_again()
            return World(bounds, make_engine=engine_on(database, clock, prepares=prepares))

        yield new_world
