"""Times several pieces of work in turns, so that noise affects all of them."""

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from benchmarks.figure import Bound, Figure, ratio

ROUNDS = 9

Work = Callable[[], object]


def in_turns(works: Sequence[Work], *, repeat: int = 1, rounds: int = ROUNDS) -> list[list[float]]:
    """Returns the microseconds per call, by work and round; each measurement makes `repeat` calls."""
    with _frozen():
        for work in works:
            work()
        by_round = [[_microseconds(work, repeat) for work in works] for _ in range(rounds)]
    return [list(of_work) for of_work in zip(*by_round, strict=True)]


def compare(
    name: str,
    work: Work,
    yardstick: str,
    other: Work,
    *,
    repeat: int = 1,
    rounds: int = ROUNDS,
    bound: Bound | None = None,
) -> Figure:
    """Returns the time of the work relative to the yardstick."""
    works, others = in_turns([work, other], repeat=repeat, rounds=rounds)
    return ratio(name, works, yardstick, others, "µs", bound)


def calls_a_second(work: Work, threads: int, seconds: float) -> float:
    """Returns how often a second so many threads together do the work."""
    until = time.perf_counter() + seconds

    def repeat(_: int) -> int:
        times = 0
        while time.perf_counter() < until:
            work()
            times += 1
        return times

    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(repeat, range(threads))) / seconds


@contextmanager
def _frozen() -> Iterator[None]:
    # Otherwise the cycle collector would scan the filled stores at random, during one work or another.
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _microseconds(work: Work, repeat: int) -> float:
    started = time.perf_counter()
    for _ in range(repeat):
        work()
    return (time.perf_counter() - started) / repeat * 1e6
