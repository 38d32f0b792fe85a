"""The follows of one user become visible in the order of their ids, and users who write at once never deadlock."""

import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from typing import Any, LiteralString

import psycopg
import pytest

from domain.tweet_id import MAX_TWEET_ID
from infrastructure.postgres.follow_graph import FOLLOW, PostgresFollowGraph
from infrastructure.postgres.sessions import Connection
from tests.engines.functions import Pausing, rewrite
from tests.engines.one_session import OneSession
from tests.engines.sessions import await_quiet, connect, value
from tests.integration.effort import LONG
from usecases.publish_tweet import NEVER_PULLED

FOLLOWERS = 6
"""Sessions that follow for the same user at the same time."""

FOLLOWS_EACH = 500 if LONG else 25
STALL_SECONDS = 0.02

USERS = ("ann", "ben", "cleo", "dan")
SESSIONS = 8
WRITES_EACH = 5000 if LONG else 120
PAUSE_SECONDS = 0.4

NO_ROW_LOCK: LiteralString = "CREATE OR REPLACE FUNCTION lock_user(user_id text) RETURNS void LANGUAGE sql AS ''"

UNORDERED = {
    'least(follower COLLATE "C", followee COLLATE "C")': "follower",
    'greatest(follower COLLATE "C", followee COLLATE "C")': "followee",
}


@pytest.fixture
def session(own_schema_url: str) -> Iterator[Connection]:
    with connect(own_schema_url) as connection:
        yield connection


def follow_and_look(url: str) -> bool:
    """Several sessions follow for one user, and stall before they commit; returns whether the order was kept.

    Then each look has the follows of the look before, and newer ones, which have larger ids.
    """
    found: list[int] = []
    is_ordered = True
    with ExitStack() as stack, ThreadPoolExecutor(FOLLOWERS) as pool:
        sessions = [stack.enter_context(connect(url)) for _ in range(FOLLOWERS)]
        reader = OneSession(stack.enter_context(connect(url)))
        following = [pool.submit(_follow, session, number) for number, session in enumerate(sessions)]
        while not all(each.done() for each in following):
            before, found = found, _follow_ids(reader)
            is_ordered &= found[: len(before)] == before
        _raise_errors(following)
    return is_ordered


def _follow_ids(reader: OneSession) -> list[int]:
    followees = reader.graph.followees("fan")
    return [followees.follow_id(author) for author in followees.authors]


def _follow(session: Connection, number: int) -> None:
    chance = random.Random(number)
    for at in range(FOLLOWS_EACH):
        with session.transaction():
            assert value(session, FOLLOW, ("fan", f"author{number}-{at}"))
            if at % 2:
                session.execute("SELECT pg_sleep(%s)", (chance.uniform(0, STALL_SECONDS),))


def _raise_errors(running: "Sequence[Future[Any]]") -> None:
    for each in running:
        each.result()


def test_follows_become_visible_in_the_order_of_their_ids(own_schema_url: str) -> None:
    assert follow_and_look(own_schema_url)


def test_they_do_not_without_the_lock_of_the_row(own_schema_url: str, session: Connection) -> None:
    session.execute(NO_ROW_LOCK)
    assert not follow_and_look(own_schema_url)


class Writer:
    """Follows, unfollows, publishes, deletes and pushes at random, in one session."""

    def __init__(self, session: Connection, seed: int) -> None:
        self._stores = OneSession(session)
        self._chance = random.Random(seed)

    def write_many_times(self) -> None:
        acts: list[Callable[[], object]] = [self._follow, self._unfollow, self._publish, self._delete]
        acts += [self._push, self._give_up, partial(self._stores.outbox.redrive, None)]
        for _ in range(WRITES_EACH):
            self._chance.choice(acts)()

    def _follow(self) -> None:
        self._stores.graph.follow(*self._chance.sample(USERS, 2))

    def _unfollow(self) -> None:
        self._stores.graph.unfollow(*self._chance.sample(USERS, 2))

    def _publish(self) -> None:
        self._stores.tweets.publish(self._chance.choice(USERS), "a tweet", pull_from=NEVER_PULLED, key=None)

    def _delete(self) -> None:
        for tweet_id in self._stores.tweets.newest(self._chance.sample(USERS, 2), 0, MAX_TWEET_ID, 1):
            self._stores.tweets.delete(tweet_id)

    def _push(self) -> None:
        for delivery in self._stores.outbox.due(3):
            followers, _ = self._stores.graph.followers_after(delivery.author_id, 0, 10)
            self._stores.timelines.push(delivery.tweet_id, followers)
            self._stores.outbox.done(delivery.tweet_id)

    def _give_up(self) -> None:
        for delivery in self._stores.outbox.due(3):
            self._stores.outbox.failed(delivery, "no reason")


def test_users_who_write_at_once_never_deadlock(own_schema_url: str, session: Connection) -> None:
    with ExitStack() as stack, ThreadPoolExecutor(SESSIONS) as pool:
        sessions = [stack.enter_context(connect(own_schema_url)) for _ in range(SESSIONS)]
        for user in USERS:
            OneSession(session).timelines.install(user)
        _raise_errors([pool.submit(Writer(each, seed).write_many_times) for seed, each in enumerate(sessions)])
        await_quiet(session)
    stores = OneSession(session)
    for user in USERS:
        assert stores.graph.followers_count(user) == len(stores.graph.followers_before(user, MAX_TWEET_ID, 100))
        assert stores.graph.following_count(user) == len(stores.graph.followees(user).authors)
        assert stores.tweets.count(user) == len(stores.tweets.newest([user], 0, MAX_TWEET_ID, 10**6))


def follow_each_other(url: str) -> None:
    """Two users follow and unfollow each other at the same time; raises what ended one of them."""

    with connect(url) as one, connect(url) as two, ThreadPoolExecutor(2) as pool:
        users = {("ann", "ben"): OneSession(one).graph, ("ben", "ann"): OneSession(two).graph}
        for act in (PostgresFollowGraph.follow, PostgresFollowGraph.unfollow):
            _raise_errors([pool.submit(act, graph, *pair) for pair, graph in users.items()])


@pytest.mark.parametrize("function", ["follow", "unfollow"])
def test_two_who_follow_each_other_wait_in_turn(own_schema_url: str, session: Connection, function: str) -> None:
    pause_before(session, function, "lock_user(greatest(")
    follow_each_other(own_schema_url)


@pytest.mark.parametrize("function", ["follow", "unfollow"])
def test_they_deadlock_without_the_order_of_users(own_schema_url: str, session: Connection, function: str) -> None:
    rewrite(session, function, UNORDERED)
    pause_before(session, function, "lock_user(followee)")
    with pytest.raises(psycopg.errors.DeadlockDetected):
        follow_each_other(own_schema_url)


def pause_before(session: Connection, function: str, statement: str) -> None:
    paused = Pausing(session, function)
    place = paused.place_of(statement)
    paused.pause(PAUSE_SECONDS, place, place)
