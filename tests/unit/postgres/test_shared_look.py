"""Each caller of a shared look gets one that began after its call, and nobody waits for ever."""

import gc
import math
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import NoReturn

import pytest

from domain.errors import Unavailable
from infrastructure.postgres.shared_look import SharedLook
from infrastructure.time_left import REQUEST_SECONDS, begin_request, end_request, seconds_left
from tests.contracts.racing import race_of_twenty

SECONDS = 20.0
EACH = 100


class Gated:
    """Looks that are numbered from 1 on; each ends when the test lets it, or with the error that the test gives."""

    def __init__(self) -> None:
        self.begun: list[Future[None]] = []
        self.shared = SharedLook(self._look)

    def _look(self) -> int:
        end = Future[None]()
        self.begun.append(end)
        number = len(self.begun)
        end.result(SECONDS)
        return number

    def await_begun(self, looks: int) -> None:
        await_that(lambda: len(self.begun) >= looks)

    def await_waiting(self, callers: int) -> None:
        await_that(lambda: len(self.shared._changed._waiters) == callers)  # type: ignore[attr-defined]


def await_that(happened: Callable[[], bool]) -> None:
    ends_at = time.monotonic() + SECONDS
    while not happened():
        assert time.monotonic() < ends_at
        time.sleep(0.001)


@pytest.fixture
def gated() -> Gated:
    return Gated()


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as pool:
        yield pool


@pytest.fixture
def late(gated: Gated, pool: ThreadPoolExecutor) -> "list[Future[int]]":
    """Callers who came when the first look had begun, and share the second one, which has begun, too."""
    first = pool.submit(gated.shared)
    gated.await_begun(1)
    late = [pool.submit(gated.shared) for _ in range(3)]
    gated.await_waiting(3)
    gated.begun[0].set_result(None)
    assert first.result(SECONDS) == 1
    gated.await_begun(2)
    return late


def test_a_caller_gets_no_look_that_began_before(gated: Gated, late: "list[Future[int]]") -> None:
    assert not any(each.done() for each in late)
    gated.begun[1].set_result(None)
    assert [each.result(SECONDS) for each in late] == [2, 2, 2]
    assert len(gated.begun) == 2


def test_who_comes_during_the_second_look_gets_the_third(
    gated: Gated, pool: ThreadPoolExecutor, late: "list[Future[int]]"
) -> None:
    later = pool.submit(gated.shared)
    gated.await_waiting(3)
    gated.begun[1].set_result(None)
    assert {each.result(SECONDS) for each in late} == {2}
    gated.await_begun(3)
    gated.begun[2].set_result(None)
    assert later.result(SECONDS) == 3


@pytest.mark.parametrize("error", [ValueError, SystemExit])
def test_an_error_reaches_all_who_share_the_look_and_nobody_else(
    gated: Gated, pool: ThreadPoolExecutor, late: "list[Future[int]]", error: type[BaseException]
) -> None:
    later = pool.submit(gated.shared)
    gated.await_waiting(3)
    gated.begun[1].set_exception(error("no answer"))
    for each in late:
        with pytest.raises(error, match="no answer"):
            each.result(SECONDS)
    gated.await_begun(3)
    gated.begun[2].set_result(None)
    assert later.result(SECONDS) == 3


def test_a_look_of_a_request_without_time_says_nothing_to_others(pool: ThreadPoolExecutor) -> None:
    first_may_end = threading.Event()
    looks: list[str] = []

    def look() -> str:
        looks.append(threading.current_thread().name)
        if len(looks) == 1:
            assert first_may_end.wait(SECONDS)
        if seconds_left() < math.inf:
            begin_request(time.monotonic() - REQUEST_SECONDS)
            raise Unavailable("The time of the request is over.")
        return "found"

    shared = SharedLook(look)

    def hurried() -> str:
        begin_request(None)
        try:
            return shared()
        finally:
            end_request()

    first = pool.submit(shared)
    await_that(lambda: len(looks) == 1)
    # Who waits first most often looks first.
    in_a_hurry = [pool.submit(hurried) for _ in range(3)]
    await_that(lambda: len(shared._changed._waiters) == 3)  # type: ignore[attr-defined]
    patient = pool.submit(shared)
    await_that(lambda: len(shared._changed._waiters) == 4)  # type: ignore[attr-defined]
    first_may_end.set()
    assert [first.result(SECONDS), patient.result(SECONDS)] == ["found", "found"]
    for each in in_a_hurry:
        with suppress(Unavailable):
            assert each.result(SECONDS) == "found"


def test_a_caller_does_not_wait_for_longer_than_its_request(gated: Gated, pool: ThreadPoolExecutor) -> None:
    first = pool.submit(gated.shared)
    gated.await_begun(1)

    def hurried() -> int:
        begin_request(time.monotonic() - REQUEST_SECONDS + 0.01)
        try:
            return gated.shared()
        finally:
            end_request()

    with pytest.raises(Unavailable):
        pool.submit(hurried).result(SECONDS)
    gated.begun[0].set_result(None)
    assert first.result(SECONDS) == 1


def test_results_are_never_older_than_the_call_and_looks_are_shared() -> None:
    begun = 0

    def look() -> int:
        nonlocal begun
        begun += 1
        number = begun
        time.sleep(0.0005)
        if number % 5 == 0:
            raise ValueError(number)
        return number

    shared = SharedLook(look)

    def call_many_times(_: int) -> None:
        for _ in range(EACH):
            before = begun
            try:
                number = shared()
            except ValueError as error:
                [number] = error.args
            assert number > before

    race_of_twenty(call_many_times)
    assert begun < 20 * EACH / 2


def test_one_look_at_a_time() -> None:
    looking = threading.Lock()

    def look() -> bool:
        if not looking.acquire(blocking=False):
            return False
        time.sleep(0.0005)
        looking.release()
        return True

    shared = SharedLook(look)
    assert race_of_twenty(lambda _: all(shared() for _ in range(EACH))) == [True] * 20


def test_an_error_leaves_no_cycle() -> None:
    """The cycle collector never visits what is old enough."""

    def look() -> NoReturn:
        raise ValueError

    shared = SharedLook[None](look)
    gc.collect()
    gc.disable()
    try:
        for _ in range(10):
            with suppress(ValueError):
                shared()
        assert gc.collect() == 0
    finally:
        gc.enable()
