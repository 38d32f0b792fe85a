"""Figures: what was measured, with its spread, its yardstick and its bound."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

TIMES = "×"  # noqa: RUF001 - the multiplication sign is intended
"""The unit of a ratio."""


@dataclass(frozen=True, slots=True)
class Bound:
    """The most that a figure may be or, with `least`, the least."""

    limit: float
    least: bool = False

    def is_met(self, value: float) -> bool:
        return value >= self.limit if self.least else value <= self.limit

    def used(self, value: float) -> float:
        """Returns the share of the bound that is used up; above 1 the bound is missed."""
        return self.limit / value if self.least else value / self.limit

    def __str__(self) -> str:
        return f"at {'least' if self.least else 'most'} {self.limit:,.10g}"


def at_most(limit: float) -> Bound:
    return Bound(limit)


def at_least(limit: float) -> Bound:
    return Bound(limit, least=True)


@dataclass(frozen=True, slots=True)
class Figure:
    """The median, smallest and largest value of some rounds; `points` are for plots."""

    name: str
    value: float
    low: float
    high: float
    unit: str
    measured: str = ""
    """The median of what was measured, with its unit."""
    yardstick: str = ""
    """The name of the yardstick, with the median of its values."""
    bound: Bound | None = None
    points: Mapping[str, Sequence[float]] = field(default_factory=dict)

    @property
    def is_met(self) -> bool:
        """True if the value is within the bound, or if there is no bound."""
        return self.bound is None or self.bound.is_met(self.value)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A figure that could not be measured on this machine, and the reason."""

    name: str
    why: str


Row = Figure | LeftOut


def plain(name: str, values: Sequence[float], unit: str, bound: Bound | None = None, yardstick: str = "") -> Figure:
    """Returns a figure that is not a ratio."""
    return Figure(name, statistics.median(values), min(values), max(values), unit, yardstick=yardstick, bound=bound)


def ratio(
    name: str,
    works: Sequence[float],
    yardstick: str,
    yardsticks: Sequence[float],
    unit: str,
    bound: Bound | None = None,
) -> Figure:
    """Returns the ratio of two series that were measured in turns, round by round."""
    ratios = [work / other for work, other in zip(works, yardsticks, strict=True)]
    return Figure(
        name,
        statistics.median(ratios),
        min(ratios),
        max(ratios),
        TIMES,
        f"{number(statistics.median(works))} {unit}",
        f"{yardstick}: {number(statistics.median(yardsticks))} {unit}",
        bound,
        {"measured": works, "yardstick": yardsticks},
    )


def number(value: float) -> str:
    """Formats a value with at least two significant digits, down to 0.001."""
    size = abs(value)
    decimals = 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 0.1 else 4
    return f"{value:,.{decimals}f}"
