"""What must hold in the database once nobody writes any more."""

from typing import Any, LiteralString

from cluster.engines.own_postgres import OwnPostgres
from tests.engines.until import until

STUCK_SECONDS = 90.0
"""Workers that push nothing for so long, though a row waits, are stuck: leases and back-offs are over sooner."""

SESSIONS: LiteralString = """
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'perch'
"""
WAITING: LiteralString = "SELECT count(*) FROM unpushed WHERE due_at_ms IS NOT NULL"
DEAD: LiteralString = "SELECT tweet_id FROM unpushed WHERE failed_at_ms IS NOT NULL ORDER BY tweet_id DESC"
HOUSEKEEPER: LiteralString = "SELECT holder FROM leases WHERE name = 'housekeeping'"


class Aftermath:
    """Looks at a database over a connection of its own."""

    def __init__(self, server: OwnPostgres, database: str) -> None:
        self._server = server
        self._database = database

    def _ask(self, statement: LiteralString) -> list[tuple[Any, ...]]:
        return self._server.execute(statement, database=self._database)

    def await_no_session(self) -> None:
        """Waits until all sessions of processes that were killed are over, and with them what they were asked."""
        until(lambda: self._ask(SESSIONS) == [(0,)])

    def waiting(self) -> int:
        """How many outbox rows are left where workers push no more; on a busy machine, pushes of all may take long."""
        while left := self._waiting():
            try:
                until(lambda left=left: self._waiting() < left, STUCK_SECONDS)  # type: ignore[misc]
            except AssertionError:
                return left
        return 0

    def _waiting(self) -> int:
        [(count,)] = self._ask(WAITING)
        return int(count)

    def dead(self) -> list[int]:
        """The tweets that were given up, newest first."""
        return [tweet_id for (tweet_id,) in self._ask(DEAD)]

    def housekeeper(self) -> int:
        """The id of the process that keeps house; 0 before the first."""
        return next((int(holder.split(":")[1]) for (holder,) in self._ask(HOUSEKEEPER)), 0)
