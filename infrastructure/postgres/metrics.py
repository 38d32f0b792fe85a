"""Metrics of PostgreSQL: its connections, and how long the frontier has been held."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress

from prometheus_client.metrics_core import Metric

from domain.errors import Unavailable
from infrastructure.metrics.families import counter, gauge
from infrastructure.postgres.database import Database


class PostgresMetrics:
    """Reads the counts of the pool once per scrape, and asks the database nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def collect(self) -> Iterator[Metric]:
        """Yields all families."""
        pool = self._database.pool_counts()
        yield gauge("perch_database_up", "1 while the database answers, 0 while it does not.", self._database.is_up())
        yield gauge("perch_database_connections", "Connections to the database.", pool.get("pool_size", 0))
        yield gauge("perch_database_connections_idle", "Connections that wait for work.", pool.get("pool_available", 0))
        text = "Requests that wait for a connection."
        yield gauge("perch_database_requests_waiting", text, pool.get("requests_waiting", 0))
        text = "Calls to the database that failed: no answer, a time-out, or a refusal."
        yield counter("perch_database_failures_total", text, self._database.failures)


class FrontierMetrics:
    """Looks at the frontier once per scrape. What holds it need not be Perch, so only its standing still shows it."""

    def __init__(
        self, frontier_and_last_id: Callable[[], tuple[int, int]], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """`frontier_and_last_id` may raise `Unavailable`: then nothing is reported."""
        self._look = frontier_and_last_id
        self._monotonic = monotonic
        self._stands: tuple[int, float] | None = None

    def collect(self) -> Iterator[Metric]:
        """Yields one family."""
        with suppress(Unavailable):
            frontier, last = self._look()
            text = "Seconds for which tweets above the same frontier have waited to be seen, by the scrapes so far."
            yield gauge("perch_frontier_held_seconds", text, self._held(frontier, last))

    def _held(self, frontier: int, last: int) -> float:
        now, stands = self._monotonic(), self._stands
        if frontier >= last:
            stands = None
        elif stands is None or stands[0] != frontier:
            stands = frontier, now
        self._stands = stands
        return now - stands[1] if stands else 0.0
