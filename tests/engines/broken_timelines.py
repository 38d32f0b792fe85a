"""Adapters on PostgreSQL that each break one rule of prepared timelines."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, LiteralString

from app.compose import Adapters
from infrastructure.postgres.sessions import Connection
from tests.engines.one_session import OneSession
from tests.engines.sessions import LAST_ID, value
from tests.integration.broken import replacing

# ruff: noqa: ANN401, ARG001 - a broken adapter passes any arguments on to a store of any kind

GENERATIONS: LiteralString = "SELECT user_id, generation FROM readers"
ADD_ENTRY: LiteralString = "INSERT INTO timeline_entries VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
REUSE_GENERATION: LiteralString = "UPDATE readers SET generation = 0 WHERE user_id = %s"
DELETE_ENTRIES: LiteralString = "DELETE FROM timeline_entries WHERE user_id = %s"
DELETE_OLD_ENTRIES: LiteralString = """
    DELETE FROM timeline_entries WHERE tweet_id < (SELECT max(tweet_id) FROM timeline_entries)
"""
RAISE_FLOORS: LiteralString = "UPDATE readers SET floor = (SELECT max(tweet_id) FROM timeline_entries)"
TAKE_FOLLOW_ID: LiteralString = "SELECT nextval('follow_ids')"
SET_FOLLOW_ID: LiteralString = "UPDATE follows SET follow_id = %s WHERE follower_id = %s AND followee_id = %s"


def _session(others: Adapters) -> Connection:
    """The session of the world's adapters."""
    stepped: Any = others.outbox
    session: OneSession = stepped._store._database
    return session.connection


def view_then_unpushed(looks: Any, others: Adapters, *asked: Any, include_self: bool) -> Any:
    view = others.timelines.view(*asked)
    followees, unpushed, _ = looks.first(*asked, include_self=include_self)
    return followees, unpushed, view


def entries_then_head(looks: Any, others: Adapters, *asked: Any, include_self: bool) -> Any:
    followees, unpushed, _ = looks.first(*asked, include_self=include_self)
    ids = others.timelines.view(*asked).ids
    return followees, unpushed, replace(others.timelines.view(*asked), ids=ids)


def head_then_entries(timelines: Any, others: Adapters, user: str, generation: int, ids: Any, *head: int) -> None:
    timelines.merge(user, generation, (), *head)
    timelines.merge(user, generation, ids, *head)


class CachedGenerations:
    """Pushes go to the generations that there were at the push before."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}

    def push(self, _: Any, others: Adapters, tweet_id: int, users: Sequence[str]) -> int:
        session = _session(others)
        known = [(user, self._known[user]) for user in users if user in self._known]
        for user, generation in known:
            session.execute(ADD_ENTRY, (user, generation, tweet_id))
        self._known = dict(session.execute(GENERATIONS).fetchall())
        return len(known)


def with_cached_generations(adapters: Adapters) -> Adapters:
    return replacing("timelines", push=CachedGenerations().push)(adapters)


def install_same_generation(timelines: Any, others: Adapters, user: str) -> Any:
    installed = timelines.install(user)
    _session(others).execute(REUSE_GENERATION, (user,))
    return installed._replace(generation=0)


def discard_with_entries(timelines: Any, others: Adapters, user: str) -> Any:
    _session(others).execute(DELETE_ENTRIES, (user,))
    return timelines.discard(user)


def follow_with_early_id(graph: Any, others: Adapters, follower: str, followee: str) -> Any:
    follow_id = value(_session(others), TAKE_FOLLOW_ID)
    added = graph.follow(follower, followee)
    _session(others).execute(SET_FOLLOW_ID, (follow_id, follower, followee))
    return added


def first_without_version(looks: Any, others: Adapters, *asked: Any, include_self: bool) -> Any:
    followees, *rest = looks.first(*asked, include_self=include_self)
    return followees.changed({}, 0), *rest


def last_without_version(looks: Any, others: Adapters, *asked: Any) -> Any:
    return looks.last(*asked)[0], 0


def delete_then_raise_floor(timelines: Any, others: Adapters) -> Any:
    _session(others).execute(DELETE_OLD_ENTRIES)
    discarded = timelines.discard_idle()
    _session(others).execute(RAISE_FLOORS)
    return discarded


def frontier_without_locks(_: Any, others: Adapters) -> Any:
    return value(_session(others), LAST_ID)
