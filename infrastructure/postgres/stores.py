"""All stores in PostgreSQL."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import LiteralString

from domain.delivery import RetryPolicy
from infrastructure.no_timelines import NoTimelines
from infrastructure.outside.engine import OutsideEngine, OutsideTimelines
from infrastructure.postgres.announcements import PostgresAnnouncements
from infrastructure.postgres.database import Database
from infrastructure.postgres.epochs import PostgresEpoch
from infrastructure.postgres.follow_graph import PostgresFollowGraph
from infrastructure.postgres.looks import PostgresLooks
from infrastructure.postgres.outbox import PostgresOutbox
from infrastructure.postgres.readers import PostgresReaders
from infrastructure.postgres.schema import TIMELINES, check, connected
from infrastructure.postgres.timeline_trim import TimelineTrim
from infrastructure.postgres.timelines import PostgresTimelines
from infrastructure.postgres.tweets import PostgresTweets

# The update changes nothing, but returns the row also where another process has just made it.
KEPT_KEY: LiteralString = """
    INSERT INTO kept_values VALUES ('secret_key', %s::text) ON CONFLICT (name) DO UPDATE SET value = kept_values.value
    RETURNING value
"""

EXPIRE_KEYS: LiteralString = """
    DELETE FROM idempotency_keys WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM idempotency_keys WHERE expires_at_ms <= (SELECT clock_ms())
        ORDER BY expires_at_ms LIMIT %s::bigint FOR UPDATE SKIP LOCKED
    ))
"""

CLOSE_SECONDS = 3.0
"""The longest wait for the connections and threads of a database that is closed."""

KEYS_AT_ONCE = 1000
TIMELINES_A_SWEEP = 5000
ANNOUNCEMENTS_MAX = 10_000


@dataclass(frozen=True, slots=True)
class PostgresOptions:
    """The limits of the stores. `connections`: the most that this process opens."""

    retry: RetryPolicy
    connections: int = 8
    timeline_capacity: int = 800
    timeline_idle_seconds: float = 0.0
    pushes: bool = True
    """False where there are no timelines: reads merge the author logs."""
    due_seconds: float = 0.0
    """An outbox row is due so long after its publish; 0 where no hint comes first."""
    lease_seconds: float = 2.5
    waits_for_disk: bool = True
    """False for workers: what they write can be done again, and the order of their writes survives a crash."""
    patience: float = 1.0
    """Every wait for the database may last so many times as long as usual."""


@dataclass(frozen=True, slots=True)
class PostgresStores:
    """The stores of one process."""

    database: Database
    tweets: PostgresTweets
    outbox: PostgresOutbox
    graph: PostgresFollowGraph
    timelines: PostgresTimelines | NoTimelines | OutsideTimelines
    looks: PostgresLooks
    announcements: PostgresAnnouncements
    trim: TimelineTrim
    outside: OutsideEngine | None
    chores: Sequence[Callable[[], object]]
    """What one process at a time does now and then."""
    secret_key: str = field(repr=False)
    """Made once and kept in the database."""


OpenOutside = Callable[[PostgresReaders, PostgresEpoch], OutsideEngine]


def open_postgres(
    url: str, place: str, options: PostgresOptions, open_outside: OpenOutside | None = None
) -> PostgresStores:
    """Opens the stores; raises `CannotUse`.

    The timelines are in the `place` that the database has noted: in PostgreSQL, unless there is `open_outside`.
    """
    check(url, place)
    # Before the pool, which does not wait for a server that is slow to accept a session.
    with connected(url) as connection:
        [secret_key] = next(connection.execute(KEPT_KEY, (secrets.token_hex(32),)))
    database = Database(
        url, connections=options.connections, waits_for_disk=options.waits_for_disk, patience=options.patience
    )
    try:
        database.open()
        return stores_on(database, options, secret_key, open_outside)
    except BaseException:
        database.close(CLOSE_SECONDS)
        raise


def stores_on(
    database: Database, options: PostgresOptions, secret_key: str, open_outside: OpenOutside | None = None
) -> PostgresStores:
    """Makes the stores on an open database."""
    tweets = PostgresTweets(database, due_seconds=options.due_seconds, keeps_unpushed=options.pushes)
    graph = PostgresFollowGraph(database)
    readers = PostgresReaders(database, idle_seconds=options.timeline_idle_seconds)
    outside = open_outside(readers, PostgresEpoch(database, TIMELINES)) if open_outside else None
    timelines = outside.timelines if outside else _own_timelines(database, readers, options)
    outbox = PostgresOutbox(database, options.retry, options.lease_seconds, options.due_seconds)
    announcements = PostgresAnnouncements(database, tweets, ANNOUNCEMENTS_MAX)
    trim = TimelineTrim(database, options.timeline_capacity)
    return PostgresStores(
        database,
        tweets,
        outbox,
        graph,
        timelines,
        PostgresLooks(database, tweets, graph, timelines),
        announcements,
        trim,
        outside,
        [
            lambda: _expire_keys(database),
            announcements.expire,
            outbox.hasten,
            lambda: trim.sweep(TIMELINES_A_SWEEP),
        ],
        secret_key,
    )


def _own_timelines(
    database: Database, readers: PostgresReaders, options: PostgresOptions
) -> PostgresTimelines | NoTimelines:
    return PostgresTimelines(database, readers) if options.pushes else NoTimelines()


def _expire_keys(database: Database) -> None:
    while database.count(EXPIRE_KEYS, (KEYS_AT_ONCE,)) == KEYS_AT_ONCE:
        pass
