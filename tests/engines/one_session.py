"""The adapters on one session that waits as long as it takes."""

from collections.abc import Iterator
from contextlib import contextmanager

from domain.delivery import RetryPolicy
from infrastructure.postgres.database import Database
from infrastructure.postgres.follow_graph import PostgresFollowGraph
from infrastructure.postgres.outbox import PostgresOutbox
from infrastructure.postgres.readers import PostgresReaders
from infrastructure.postgres.sessions import Connection
from infrastructure.postgres.timelines import PostgresTimelines
from infrastructure.postgres.tweets import PostgresTweets

MAX_ATTEMPTS = 1
LEASE_SECONDS = 0.0


class OneSession(Database):
    """A database by one session, for one thread at a time; errors of the driver reach the caller."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.tweets = PostgresTweets(self, due_seconds=0.0, keeps_unpushed=True)
        self.graph = PostgresFollowGraph(self)
        self.outbox = PostgresOutbox(self, RetryPolicy(MAX_ATTEMPTS, jitter=lambda: 1.0), LEASE_SECONDS)
        self.timelines = PostgresTimelines(self, PostgresReaders(self, idle_seconds=0.0))

    @contextmanager
    def _session(self) -> Iterator[Connection]:
        yield self._connection
