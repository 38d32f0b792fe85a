"""Metrics of the connections to PostgreSQL."""

from collections.abc import Iterator

from prometheus_client.metrics_core import Metric

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
