"""Worlds on PostgreSQL."""

from contextlib import ExitStack
from types import TracebackType
from typing import LiteralString, Self, cast

from app.compose import Adapters
from app.compose.ports import FollowGraph, Timelines, Tweets
from domain.timeline import Installed
from infrastructure.memory.events import MemoryAnnouncements, MemoryEvents
from infrastructure.memory.write_allowance import Unlimited
from infrastructure.postgres.stores import PostgresOptions
from tests.engines.one_session import OneSession
from tests.engines.under_way import GraphUnderWay, Sessions, Transactions, TweetsUnderWay
from tests.fakes.oracle import Oracle
from tests.fakes.postgres import MANUAL_CLOCK, DatabaseClock
from tests.integration.stores import Bounds, Engine
from tests.integration.watched import Wrapper

ANNOUNCEMENTS_MAX = 100
ALL = 1_000_000

EMPTY: LiteralString = """
    DELETE FROM users; DELETE FROM tweets; DELETE FROM unpushed; DELETE FROM follows; DELETE FROM idempotency_keys;
    DELETE FROM deletions; DELETE FROM readers; DELETE FROM timeline_entries; DELETE FROM leases;
    SELECT setval('last_tweet_id', 0), setval('follow_ids', 1, false), setval('generations', 1, false);
"""
"""`TRUNCATE` takes much longer where there are few rows."""


class Housekeeping(Wrapper):
    """Timelines that are trimmed when idle ones are discarded."""

    def __init__(self, session: OneSession) -> None:
        super().__init__(session.timelines)
        self._trim = session.trim

    def discard_idle(self) -> int:
        discarded: int = self._store.discard_idle()
        self._trim.sweep(ALL)
        return discarded


class Unread:
    """Views of timelines that change nothing."""

    def __init__(self, session: OneSession) -> None:
        self.view = session.unread.view

    def install(self, user_id: str) -> Installed:
        raise NotImplementedError(user_id)

    def merge(self, user_id: str, generation: int, ids: object, floor: int, mark: int) -> None:
        raise NotImplementedError(user_id)

    def discard(self, _user_id: str) -> bool:
        return False


class PostgresWorlds:
    """Makes engines for worlds, one after the other, on one database; each begins empty.

    A strand stops before each look and before each commit of a publish or a follow. As a context manager it closes the
    sessions.
    """

    def __init__(self, url: str) -> None:
        self._sessions = Sessions(url)
        self._stack = ExitStack()
        self._stack.callback(self._sessions.close)
        self.connection = self._stack.enter_context(self._sessions.one())
        self.connection.execute(MANUAL_CLOCK)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def make(self, bounds: Bounds, oracle: Oracle) -> Engine:
        self.connection.execute(EMPTY)
        clock = DatabaseClock(self.connection)
        options = _options(bounds)
        session = OneSession(self.connection, options)
        transactions = Transactions(self._sessions, options)
        hints = MemoryEvents(bounds.queue_capacity)
        adapters = Adapters(
            clock,
            cast("Tweets", TweetsUnderWay(session, transactions, oracle)),
            session.outbox,
            cast("FollowGraph", GraphUnderWay(session, transactions)),
            cast("Timelines", Housekeeping(session)),
            hints,
            hints,
            MemoryAnnouncements(ANNOUNCEMENTS_MAX),
            Unlimited(),
            secret_key="not used",  # noqa: S106 - nothing signs a cursor
            looks=session.looks(session.timelines),
        )
        return Engine(clock, adapters, session.looks(session.unread), Unread(session))


def _options(bounds: Bounds) -> PostgresOptions:
    memory = bounds.options()
    return PostgresOptions(
        memory.retry,
        timeline_capacity=memory.timeline_capacity,
        timeline_idle_seconds=memory.timeline_idle_seconds,
        due_seconds=memory.due_seconds,
        lease_seconds=memory.due_seconds,
    )
