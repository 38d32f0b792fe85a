"""What one act costs: CPU of each process and engine, in microseconds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.figure import Figure, LeftOut, Row, plain

Parts = Mapping[str, float]
"""Microseconds by part: `nginx`, `serve`, `work`, and the engines by their names, like `postgres`."""

ACTS = ("read", "publish", "delivery")
PARTS = ("serve", "work", "nginx", "postgres", "redis", "cassandra", "kafka", "dynalite", "moto")


@dataclass(frozen=True, slots=True)
class Costs:
    """The CPU of one act in each part."""

    read: Parts
    """A first page of 20 of a home timeline that is prepared."""
    publish: Parts
    """A tweet that no timeline takes, from the request to the end of its outbox row."""
    delivery: Parts
    """One push into one timeline, of a tweet that goes into many."""


def figures_of(rounds: Sequence[Costs]) -> Iterator[Figure]:
    """The costs of each act in each part, as the median of the rounds."""
    for act in ACTS:
        by_round = [getattr(costs, act) for costs in rounds]
        for part in by_round[0]:
            yield plain(_name(act, part), [each[part] for each in by_round], "µs")


def costs_of(rows: Sequence[Row]) -> Costs:
    """The costs whose figures are among these rows."""
    values = {row.name: row.value for row in rows if not isinstance(row, LeftOut)}
    return Costs(*({part: values[_name(act, part)] for part in PARTS if _name(act, part) in values} for act in ACTS))


def is_cost(name: str) -> bool:
    """Whether the figure of this name is one of `figures_of`."""
    return any(name == _name(act, part) for act in ACTS for part in PARTS)


def microseconds(cost: float) -> str:
    """Three digits."""
    return f"{cost:,.0f}" if cost >= 100 else f"{cost:.3g}"


def _name(act: str, part: str) -> str:
    return f"{act}: CPU of {part}"
