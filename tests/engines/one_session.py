"""The adapters on one session that waits as long as it takes."""

from collections.abc import Iterator
from contextlib import contextmanager

from domain.delivery import RetryPolicy
from infrastructure.postgres.database import Database
from infrastructure.postgres.follow_graph import PostgresFollowGraph
from infrastructure.postgres.looks import PostgresLooks
from infrastructure.postgres.outbox import PostgresOutbox
from infrastructure.postgres.readers import PostgresReaders
from infrastructure.postgres.sessions import Connection
from infrastructure.postgres.stores import PostgresOptions
from infrastructure.postgres.timeline_trim import TimelineTrim
from infrastructure.postgres.timelines import PostgresTimelines
from infrastructure.postgres.tweets import PostgresTweets

OPTIONS = PostgresOptions(RetryPolicy(1, jitter=lambda: 1.0), lease_seconds=0.0)


class OneSession(Database):
    """A database by one session, for one thread at a time; errors of the driver reach the caller."""

    def __init__(self, connection: Connection, options: PostgresOptions = OPTIONS) -> None:
        self.connection = connection
        self.tweets = PostgresTweets(self, due_seconds=options.due_seconds, keeps_unpushed=options.pushes)
        self.graph = PostgresFollowGraph(self)
        self.outbox = PostgresOutbox(self, options.retry, options.lease_seconds)
        self.timelines = PostgresTimelines(self, PostgresReaders(self, idle_seconds=options.timeline_idle_seconds))
        self.unread = PostgresTimelines(self, PostgresReaders(self, idle_seconds=0.0))
        """The same timelines for a reader who is not noted as one."""
        self.trim = TimelineTrim(self, options.timeline_capacity)

    def looks(self, timelines: PostgresTimelines) -> PostgresLooks:
        return PostgresLooks(self, self.tweets, self.graph, timelines)

    @contextmanager
    def _session(self) -> Iterator[Connection]:
        yield self.connection
