"""What must hold in the database once nobody writes any more."""

from typing import Any, LiteralString

from tests.engines.own_postgres import OwnPostgres
from tests.engines.until import until

PUSHED_SECONDS = 60.0
"""Leases and back-offs are over by then."""

LOCKS: LiteralString = """
    SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
OPEN_TRANSACTIONS: LiteralString = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'perch' AND state LIKE 'idle in transaction%%'
"""
WAITING: LiteralString = "SELECT count(*) FROM unpushed WHERE due_at_ms IS NOT NULL"
DEAD: LiteralString = "SELECT tweet_id FROM unpushed WHERE failed_at_ms IS NOT NULL ORDER BY tweet_id DESC"
KEYS: LiteralString = """
    SELECT user_id, key, count(DISTINCT tweets.id) FROM idempotency_keys
    LEFT JOIN tweets ON author_id = user_id AND tweets.body = replace(key, ' key ', ' says ')
    GROUP BY user_id, key HAVING count(DISTINCT tweets.id) > 1
"""
HOUSEKEEPER: LiteralString = "SELECT holder FROM leases WHERE name = 'housekeeping'"


class Aftermath:
    """Looks at a database over a connection of its own."""

    def __init__(self, server: OwnPostgres, database: str) -> None:
        self._server = server
        self._database = database

    def _ask(self, statement: LiteralString) -> list[tuple[Any, ...]]:
        return self._server.execute(statement, database=self._database)

    def await_quiet(self) -> None:
        """Waits until nobody holds an advisory lock or a transaction open: no time-out of the server is longer."""
        until(lambda: self._ask(LOCKS) == [(0,)])
        until(lambda: self._ask(OPEN_TRANSACTIONS) == [(0,)])

    def await_pushed(self) -> None:
        """Waits until no outbox row waits."""
        until(lambda: self._ask(WAITING) == [(0,)], PUSHED_SECONDS)

    def dead(self) -> list[int]:
        """The tweets that were given up, newest first."""
        return [tweet_id for (tweet_id,) in self._ask(DEAD)]

    def keys_with_several_tweets(self) -> list[tuple[Any, ...]]:
        return self._ask(KEYS)

    def housekeeper(self) -> int:
        """The id of the process that keeps house; 0 before the first."""
        return next((int(holder.split(":")[1]) for (holder,) in self._ask(HOUSEKEEPER)), 0)
