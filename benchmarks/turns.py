"""Times pieces of work in turns, so that a noisy moment hits all of them."""

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from benchmarks.figure import Bound, Figure, ratio

ROUNDS = 9

Work = Callable[[], object]


def in_turns(works: Sequence[Work], *, repeat: int = 1, rounds: int = ROUNDS) -> list[list[float]]:
    """The microseconds of a call, by work and round; `repeat` calls make one measurement."""
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
    """How long the work takes against the yardstick."""
    works, others = in_turns([work, other], repeat=repeat, rounds=rounds)
    return ratio(name, works, yardstick, others, "µs", bound)


@contextmanager
def _frozen() -> Iterator[None]:
    # What fills the stores would be walked by the cycle collector in whichever work it happens to start in.
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
