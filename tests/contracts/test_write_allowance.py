"""The contract of a write allowance."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from domain.errors import RateLimited
from infrastructure.memory.write_allowance import FixedWindowAllowance, Rate
from tests.fakes.clock import ManualClock
from usecases.allowance import AllowanceLeft

RATE = Rate(writes=40, seconds=60)
WINDOW_MS = RATE.seconds * 1000
THREADS = 16

MakeAllowance = Callable[[ManualClock], FixedWindowAllowance]


def in_memory(clock: ManualClock) -> FixedWindowAllowance:
    return FixedWindowAllowance(RATE, clock.monotonic)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(params=[in_memory])
def allowance(request: pytest.FixtureRequest, clock: ManualClock) -> FixedWindowAllowance:
    """An unused allowance of every kind."""
    make: MakeAllowance = request.param
    return make(clock)


def spend_all(allowance: FixedWindowAllowance, user_id: str = "alice") -> None:
    for _ in range(RATE.writes):
        allowance.spend(user_id)


def refusal(allowance: FixedWindowAllowance) -> RateLimited:
    with pytest.raises(RateLimited) as caught:
        allowance.spend("alice")
    return caught.value


def test_each_write_returns_the_rest_of_the_window_that_the_first_one_started(
    allowance: FixedWindowAllowance, clock: ManualClock
) -> None:
    clock.advance(WINDOW_MS * 5 // 2)
    assert allowance.spend("alice") == AllowanceLeft(RATE.writes, RATE.writes - 1, RATE.seconds)
    clock.advance(1500)
    assert allowance.spend("alice") == AllowanceLeft(RATE.writes, RATE.writes - 2, RATE.seconds - 1)


def test_a_refused_write_is_not_counted(allowance: FixedWindowAllowance, clock: ManualClock) -> None:
    spend_all(allowance)
    clock.advance(WINDOW_MS - 1)
    assert refusal(allowance).retry_after_seconds == 1
    clock.advance(1)
    spend_all(allowance)
    assert refusal(allowance).retry_after_seconds == RATE.seconds


def test_each_user_has_a_separate_limit(allowance: FixedWindowAllowance, clock: ManualClock) -> None:
    spend_all(allowance)
    spend_all(allowance, "bob")
    clock.advance(WINDOW_MS - 1)
    spend_all(allowance, "carol")
    clock.advance(1)
    assert allowance.spend("alice").writes == RATE.writes - 1
    with pytest.raises(RateLimited):
        allowance.spend("carol")


def test_concurrent_writes_do_not_exceed_the_limit(allowance: FixedWindowAllowance) -> None:
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
