"""Compares a piece of work with a yardstick measured in the same run."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

ROUNDS = 9


@dataclass(frozen=True, slots=True)
class Ratio:
    """How long the work takes against the yardstick: median, smallest and largest of all rounds; times in µs."""

    name: str
    work_us: float
    yardstick: str
    yardstick_us: float
    median: float
    low: float
    high: float

    def row(self) -> str:
        times = f"{self.work_us:12,.2f} {self.yardstick_us:12,.2f}"
        return f"{self.name:<44}{self.yardstick:<34}{times}  {self.median:6.2f} ({self.low:.2f} to {self.high:.2f})"


HEADER = f"{'what':<44}{'yardstick':<34}{'µs':>12} {'yardstick µs':>12}   ratio"


def compare(
    name: str, work: Callable[[], object], yardstick_name: str, yardstick: Callable[[], object], *, repeat: int = 1
) -> Ratio:
    """Times both in turns, so that a noisy moment hits both; `repeat` calls make one measurement."""
    works, yardsticks = [], []
    for _ in range(ROUNDS):
        works.append(_microseconds(work, repeat))
        yardsticks.append(_microseconds(yardstick, repeat))
    return ratio_of(name, works, yardstick_name, yardsticks)


def ratio_of(name: str, works: Sequence[float], yardstick_name: str, yardsticks: Sequence[float]) -> Ratio:
    """The ratio of times that were measured in turns, in µs."""
    ratios = [one / other for one, other in zip(works, yardsticks, strict=True)]
    return Ratio(
        name,
        statistics.median(works),
        yardstick_name,
        statistics.median(yardsticks),
        statistics.median(ratios),
        min(ratios),
        max(ratios),
    )


def _microseconds(work: Callable[[], object], repeat: int) -> float:
    started = time.perf_counter()
    for _ in range(repeat):
        work()
    return (time.perf_counter() - started) / repeat * 1e6
