"""The contract of a write allowance."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager
from threading import Barrier

import pytest

from cluster.engines.redis_server import RedisServer
from domain.errors import RateLimited
from infrastructure.memory.write_allowance import TOGETHER_SECONDS, FixedWindowAllowance, Rate
from infrastructure.redis.shared import SharedRedis
from tests.fakes.clock import ManualClock
from tests.fakes.redis import TIMEOUT_SECONDS, RedisClock
from usecases.allowance import AllowanceLeft, WriteAllowance

RATE = Rate(writes=40, seconds=60)
WINDOW_MS = RATE.seconds * 1000
THREADS = 16

OpenAt = Callable[[Rate], WriteAllowance]
Counting = tuple[ManualClock, OpenAt]
Open = Callable[[pytest.FixtureRequest], AbstractContextManager[Counting]]


@contextmanager
def in_memory(_: pytest.FixtureRequest) -> Iterator[Counting]:
    clock = ManualClock()
    yield clock, lambda rate: FixedWindowAllowance(rate, clock.monotonic)


@contextmanager
def in_redis(request: pytest.FixtureRequest) -> Iterator[Counting]:
    server: RedisServer = request.getfixturevalue("redis_database")
    clock = RedisClock(ManualClock(), server)
    with closing(SharedRedis(server.url, "the secret of the database", TIMEOUT_SECONDS)) as redis:
        yield clock, lambda rate: redis.allowance(rate, clock.monotonic)


@pytest.fixture(params=[in_memory, pytest.param(in_redis, marks=pytest.mark.engines)])
def counting(request: pytest.FixtureRequest) -> Iterator[Counting]:
    """A clock, and what makes an unused allowance of every kind."""
    open_allowance: Open = request.param
    with open_allowance(request) as opened:
        yield opened


@pytest.fixture
def clock(counting: Counting) -> ManualClock:
    return counting[0]


@pytest.fixture
def open_at(counting: Counting) -> OpenAt:
    return counting[1]


@pytest.fixture
def allowance(open_at: OpenAt) -> WriteAllowance:
    return open_at(RATE)


def spend_all(allowance: WriteAllowance, user_id: str = "alice") -> None:
    for _ in range(RATE.writes):
        allowance.spend(user_id)


def refusal(allowance: WriteAllowance) -> RateLimited:
    with pytest.raises(RateLimited) as caught:
        allowance.spend("alice")
    return caught.value


def test_each_write_returns_the_rest_of_the_window_that_the_first_one_started(
    allowance: WriteAllowance, clock: ManualClock
) -> None:
    clock.advance(WINDOW_MS * 5 // 2)
    assert allowance.spend("alice") == AllowanceLeft(RATE.writes, RATE.writes - 1, RATE.seconds)
    clock.advance(1500)
    assert allowance.spend("alice") == AllowanceLeft(RATE.writes, RATE.writes - 2, RATE.seconds - 1)


def test_a_refused_write_is_not_counted(allowance: WriteAllowance, clock: ManualClock) -> None:
    spend_all(allowance)
    clock.advance(WINDOW_MS - 1)
    assert refusal(allowance).retry_after_seconds == 1
    clock.advance(1)
    spend_all(allowance)
    assert refusal(allowance).retry_after_seconds == RATE.seconds


def test_each_user_has_a_separate_limit(allowance: WriteAllowance, clock: ManualClock) -> None:
    spend_all(allowance)
    spend_all(allowance, "bob")
    clock.advance(WINDOW_MS - 1)
    spend_all(allowance, "carol")
    clock.advance(1)
    left = allowance.spend("alice")
    assert left is not None
    assert left.writes == RATE.writes - 1
    with pytest.raises(RateLimited):
        allowance.spend("carol")


def test_writes_under_one_key_at_once_are_counted_once(allowance: WriteAllowance, clock: ManualClock) -> None:
    first = allowance.spend("alice", "key")
    assert first == allowance.spend("alice", "key") == AllowanceLeft(RATE.writes, RATE.writes - 1, RATE.seconds)
    for number in range(RATE.writes - 1):
        allowance.spend("alice", f"other {number}")
    assert allowance.spend("alice", "key") == AllowanceLeft(RATE.writes, 0, RATE.seconds)
    clock.advance(WINDOW_MS)
    assert allowance.spend("alice", "key") == first


def test_repeats_that_follow_each_other_are_counted_once(open_at: OpenAt, clock: ManualClock) -> None:
    allowance = open_at(Rate(writes=1, seconds=24 * 3600))
    for _ in range(10):
        allowance.spend("alice", "key")
        clock.advance(TOGETHER_SECONDS * 500)


def test_a_later_write_under_a_key_is_counted(open_at: OpenAt, clock: ManualClock) -> None:
    allowance = open_at(Rate(writes=2, seconds=24 * 3600))
    for left in (1, 0):
        for _ in range(2):
            spent = allowance.spend("alice", "key")
            assert spent is not None
            assert spent.writes == left
        clock.advance(TOGETHER_SECONDS * 1000)
    with pytest.raises(RateLimited):
        allowance.spend("alice", "key")


def test_another_rate_has_windows_of_its_own(open_at: OpenAt) -> None:
    spend_all(open_at(RATE))
    assert open_at(Rate(writes=3, seconds=5)).spend("alice") == AllowanceLeft(3, 2, 5)


def test_a_refused_write_and_another_users_do_not_use_a_key(allowance: WriteAllowance) -> None:
    allowance.spend("bob", "key")
    spend_all(allowance)
    for _ in range(2):
        with pytest.raises(RateLimited):
            allowance.spend("alice", "key")


def test_of_concurrent_writes_under_one_key_one_is_counted(allowance: WriteAllowance) -> None:
    for _ in range(RATE.writes - 1):
        allowance.spend("alice")
    together = Barrier(THREADS)

    def spend(_: int) -> AllowanceLeft | None:
        together.wait()
        return allowance.spend("alice", "key")

    with ThreadPoolExecutor(THREADS) as pool:
        assert set(pool.map(spend, range(THREADS))) == {AllowanceLeft(RATE.writes, 0, RATE.seconds)}


def test_concurrent_writes_do_not_exceed_the_limit(allowance: WriteAllowance) -> None:
    together = Barrier(THREADS)

    def spend(_: int) -> int:
        together.wait()
        spent = 0
        for _ in range(RATE.writes):
            try:
                allowance.spend("alice")
            except RateLimited:
                continue
            spent += 1
        return spent

    with ThreadPoolExecutor(THREADS) as pool:
        assert sum(pool.map(spend, range(THREADS))) == RATE.writes
    assert refusal(allowance).limit == RATE.writes
