"""What must hold in the database once nobody writes any more."""

from typing import Any, LiteralString

from tests.engines.own_postgres import OwnPostgres
from tests.engines.until import until

PUSHED_SECONDS = 90.0
"""Leases and back-offs are over by then."""

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
        """How many outbox rows still wait when they had time to be delivered."""
        try:
            until(lambda: self._ask(WAITING) == [(0,)], PUSHED_SECONDS)
        except AssertionError:
            [(count,)] = self._ask(WAITING)
            return int(count)
        return 0

    def dead(self) -> list[int]:
        """The tweets that were given up, newest first."""
        return [tweet_id for (tweet_id,) in self._ask(DEAD)]

    def housekeeper(self) -> int:
        """The id of the process that keeps house; 0 before the first."""
        return next((int(holder.split(":")[1]) for (holder,) in self._ask(HOUSEKEEPER)), 0)
