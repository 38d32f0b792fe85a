"""`python -m benchmarks.guard`: the cheap figures with generous bounds, in under a minute.

A bound is three to ten times the value on a quiet machine: a busy machine does not break it, but a tenfold loss does.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from app.logs import configure_logs
from benchmarks.cases import deliveries, memory, postgres, reads, redis
from benchmarks.figure import Bound, Figure, LeftOut, Row, at_least, at_most
from benchmarks.table import HEADER, cells, line

Measure = Callable[[], Iterable[Row]]

ROUNDS = 5

GUARDED: Sequence[tuple[Measure, Sequence[Bound | None]]] = (
    (partial(reads.whole_application, ROUNDS), [at_most(4)]),
    (partial(reads.stored_tweets, (10_000, 100_000), ROUNDS), [at_most(4), at_most(0.15)]),
    (partial(reads.deep_pages, ROUNDS), [at_most(30), at_most(30)]),
    (partial(reads.rebuild, ROUNDS), [at_most(2000), None]),
    (partial(reads.pulled, ROUNDS), [at_most(30), at_most(0.5)]),
    (partial(deliveries.full_timelines, 10_000, ROUNDS), [at_least(0.05), None, None]),
    (partial(memory.timelines, 1), [at_most(600), at_most(30)]),
    (partial(postgres.in_short, ROUNDS), [at_most(12), at_least(0.2), at_least(0.05)]),
    (partial(redis.in_short, ROUNDS), [at_least(0.15)]),
)
"""The measurements, with the bounds of their figures in order; a figure with None is left out."""


def guarded() -> Iterator[Row]:
    """Yields the figures, with the guard's bounds instead of their own, and what could not be measured."""
    for measure, bounds in GUARDED:
        rows = list(measure())
        figures = [row for row in rows if isinstance(row, Figure)]
        yield from (row for row in rows if isinstance(row, LeftOut))
        for figure, bound in zip(figures, bounds if figures else (), strict=True):
            if bound is not None:
                yield replace(figure, bound=bound)


def check(rows: Iterable[Row]) -> int:
    """Prints the figures; returns the exit status: 1 if a figure is not within its bound."""
    print(line(HEADER))
    broken = 0
    for row in rows:
        print(line(cells(row)), flush=True)
        broken += isinstance(row, Figure) and not row.is_met
    print(f"{broken} broken" if broken else "all within their bounds")
    return 1 if broken else 0


if __name__ == "__main__":
    configure_logs("ERROR", "readable", sys.stderr)
    sys.exit(check(guarded()))
