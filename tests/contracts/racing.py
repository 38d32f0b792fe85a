"""Runs functions in many threads that start at the same time."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from types import FrameType
from typing import Any, TypeVar

T = TypeVar("T")

RACERS = 20
JOIN_SECONDS = 20.0
RACE_SECONDS = 120.0
"""A race may write and sync a thousand times, on a disk that others use."""

SWITCH_SHARE = 0.2

Trace = Callable[[FrameType, str, Any], Any]


def race(*works: Callable[[], T]) -> list[T]:
    """Runs every function in its own thread, all at once; returns their results, or raises the error of one."""
    start = threading.Barrier(len(works))
    lanes = [(work, Future[T]()) for work in works]

    def run(work: Callable[[], T], future: Future[T]) -> None:
        try:
            start.wait(JOIN_SECONDS)
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001 - `future.result` raises it again
            future.set_exception(error)

    threads = [threading.Thread(target=run, args=lane, daemon=True) for lane in lanes]
    with _eager_switches():
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + RACE_SECONDS
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
    assert not any(thread.is_alive() for thread in threads), f"a thread still runs after {RACE_SECONDS} s"
    return [future.result(0) for _, future in lanes]


def race_of_twenty(work: Callable[[int], T]) -> list[T]:
    """Runs `work` in 20 threads at once, with the numbers 0 to 19."""

    def racer(number: int) -> Callable[[], T]:
        return lambda: work(number)

    return race(*map(racer, range(RACERS)))


@contextmanager
def _eager_switches() -> Iterator[None]:
    """Makes threads that start here switch between any two lines, so that races show up soon."""
    threading.settrace(_trace_call)
    try:
        yield
    finally:
        threading.settrace(None)


def _trace_call(frame: FrameType, _event: str, _arg: object) -> "Trace | None":
    return _trace_line if str(frame.f_globals.get("__name__")).startswith(("infrastructure.", "domain.")) else None


def _trace_line(_frame: FrameType, event: str, _arg: object) -> "Trace":
    if event == "line" and random.random() < SWITCH_SHARE:
        time.sleep(0)
    return _trace_line
