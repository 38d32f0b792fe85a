"""Which CPU runs what: services one, the load another, so that neither takes the other's time."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

ALL = frozenset(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else frozenset[int]()
"""Those that the benchmark may use; none are known where the system does not tell."""

LOAD = frozenset(sorted(ALL)[:1])
SERVICE = frozenset(sorted(ALL)[-1:])


def run_on(cpus: frozenset[int]) -> None:
    """Keeps this thread, and what it starts from now on, on these CPUs."""
    if ALL:
        os.sched_setaffinity(0, cpus)


@contextmanager
def children_on(cpus: frozenset[int]) -> Iterator[None]:
    """Meanwhile processes are started on these CPUs."""
    before = frozenset(os.sched_getaffinity(0)) if ALL else ALL
    run_on(cpus)
    try:
        yield
    finally:
        run_on(before)
