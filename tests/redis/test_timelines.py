"""What the contract of timelines leaves open: how they lie in Redis, how they expire, and what Redis refuses."""

import random
from collections.abc import Iterator
from itertools import count

import hypothesis
import pytest
from hypothesis import strategies as st

from app.compose.ports import Timelines
from cluster.engines.own_redis import OwnRedis
from cluster.engines.redis_server import RedisServer
from domain.errors import Unavailable
from domain.timeline import EMPTY_VIEW, TimelineView
from infrastructure.memory.timelines import MemoryTimelines
from infrastructure.memory.users import Users
from infrastructure.no_timelines import LOGS_ALONE
from infrastructure.redis.timelines import HEAD, MERGED_AT_ONCE
from tests.integration.effort import LONG
from tests.redis.made import Made

HIGH = (1 << 63) - 1
ALL = 1 << 30
BIG = 1 << 62
"""A number of Lua has 53 bits, and a half of an id has 32."""

Step = tuple[object, ...]

IDS = st.sampled_from([*range(1, 9), (1 << 32) - 1, 1 << 32, (1 << 53) + 1, (1 << 53) + 2, BIG, BIG + 1])
STEPS: st.SearchStrategy[list[Step]] = st.lists(
    st.one_of(
        st.tuples(st.just("push"), IDS),
        st.tuples(st.just("merge"), st.sets(IDS), IDS | st.just(0), st.integers(0, 3)),
        st.tuples(st.just("view"), IDS | st.just(0), IDS, st.integers(0, 5)),
        st.tuples(st.just("discard")),
    ),
    max_size=30,
)

numbers = count()


@pytest.fixture
def made(redis_database: RedisServer) -> Iterator[Made]:
    made = Made(redis_database.url)
    yield made
    made.connections.drop()


def view(made: Made, user_id: str = "alice") -> TimelineView:
    found = made.timelines.view(user_id, 0, HIGH, ALL)
    return TimelineView(list(found.ids), found.floor, found.mark)


@pytest.mark.parametrize("capacity", [1, 3, 16])
def test_it_does_what_timelines_in_memory_do(redis_database: RedisServer, capacity: int) -> None:
    made = Made(redis_database.url, capacity=capacity)

    @hypothesis.settings(max_examples=2000 if LONG else 60, deadline=None, database=None)
    @hypothesis.given(STEPS)
    def check(steps: list[Step]) -> None:
        user = f"user{next(numbers)}"
        memory = MemoryTimelines(Users(), made.room, 0.0, lambda: 0.0)
        assert [_played(made.timelines, user, step) for step in steps] == [
            _played(memory, user, step) for step in steps
        ]

    check()
    made.connections.drop()


def _played(timelines: Timelines, user: str, step: Step) -> object:
    match step:
        case ("push", int(tweet_id)):
            return timelines.push(tweet_id, [user])
        case ("merge", set(ids), int(floor), int(mark)):
            generation, *before = timelines.install(user)
            timelines.merge(user, generation, ids, floor, mark)
            return before
        case ("view", int(low), int(high), int(limit)):
            found = timelines.view(user, low, high, limit)
            return list(found.ids), found.floor, found.mark
        case _:
            return timelines.discard(user)


def test_an_entry_takes_eight_bytes(made: Made, redis_database: RedisServer) -> None:
    made.build(*range(1, 51))
    made.timelines.push(51, ["alice"])
    assert redis_database.ask("STRLEN", made.key()) == HEAD.size + 8 * 51


def test_a_large_merge_is_split_and_whole(redis_database: RedisServer) -> None:
    capacity = 5 * MERGED_AT_ONCE
    made = Made(redis_database.url, capacity=capacity)
    chance = random.Random(1)
    ids = chance.sample(range(1, BIG), capacity)
    generation = made.build(*ids[::2])
    for tweet_id in ids[1::4]:
        made.timelines.push(tweet_id, ["alice"])
    made.timelines.merge("alice", generation, ids, min(ids), 2)
    assert view(made) == TimelineView(sorted(ids, reverse=True), min(ids), 2)
    made.connections.drop()


def test_scripts_that_the_server_forgot_are_loaded_again(made: Made, redis_database: RedisServer) -> None:
    made.build(1, 2)
    redis_database.ask("SCRIPT", "FLUSH")
    assert made.timelines.push(3, ["alice", *(f"absent{number}" for number in range(500))]) == 1
    redis_database.ask("SCRIPT", "FLUSH")
    assert list(view(made).ids) == [3, 2, 1]


def test_a_removed_key_is_a_discarded_timeline(made: Made, redis_database: RedisServer) -> None:
    stale = made.build(1, 2)
    redis_database.empty()
    assert made.timelines.view("alice", 0, HIGH, ALL) == EMPTY_VIEW
    assert made.timelines.push(3, ["alice"]) == 0
    fresh = made.build(4)
    made.timelines.merge("alice", stale, [2], 9, 9)
    assert fresh != stale
    assert view(made) == TimelineView([4], 0, 1)


def test_only_reads_renew_the_time_of_a_timeline(redis_database: RedisServer) -> None:
    made = Made(redis_database.url, idle_seconds=1000.0)

    def seconds_left() -> float:
        left: int = redis_database.ask("PTTL", made.key())
        return left / 1000

    generation = made.build(1, 2)
    assert 900 < seconds_left() <= 1000
    redis_database.ask("PEXPIRE", made.key(), 500_000)
    for tweet_id in range(3, 200):
        made.timelines.push(tweet_id, ["alice"])
    made.timelines.push(150, ["alice"])
    made.timelines.merge("alice", generation, [300], 0, 2)
    made.timelines.install("alice")
    assert 400 < seconds_left() <= 500
    view(made)
    assert 900 < seconds_left() <= 1000
    redis_database.ask("PEXPIRE", made.key(), 900_000)
    view(made)
    assert 800 < seconds_left() <= 900
    made.connections.drop()


def test_without_an_idle_time_a_timeline_never_expires(redis_database: RedisServer) -> None:
    made = Made(redis_database.url, idle_seconds=0.0)
    made.build(1)
    view(made)
    assert redis_database.ask("PTTL", made.key()) == -1
    made.connections.drop()


def test_a_full_server_refuses_pushes_and_answers_views(breakable_redis: OwnRedis) -> None:
    made = Made(breakable_redis.url)
    made.build(1)
    breakable_redis.ask("CONFIG", "SET", "maxmemory", 1)
    try:
        with pytest.raises(Unavailable, match="refuses"):
            made.timelines.push(2, ["alice"])
        assert list(view(made).ids) == [1]
        assert made.timelines.install("bob") == (0, LOGS_ALONE.mark, LOGS_ALONE.floor)
    finally:
        breakable_redis.ask("CONFIG", "SET", "maxmemory", 0)
    assert made.timelines.push(2, ["alice"]) == 1
    made.connections.drop()


def test_a_server_that_may_not_be_asked_for_the_number_refuses(made: Made, redis_database: RedisServer) -> None:
    redis_database.ask("ACL", "SETUSER", "default", "-dbsize")
    try:
        with pytest.raises(Unavailable, match="refuses"):
            made.timelines.held()
    finally:
        redis_database.ask("ACL", "SETUSER", "default", "+dbsize")


def test_the_number_of_timelines_is_that_of_the_keys(made: Made) -> None:
    for user in ("alice", "bob"):
        made.build(user_id=user)
    assert made.timelines.held() == 2
