"""CPU affinity: services and load run on different CPUs, so that neither takes CPU time from the other."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

ALL = frozenset(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else frozenset[int]()
"""The CPUs that the benchmark may use; empty if the system does not tell."""

LOAD = frozenset(sorted(ALL)[:1])
SERVICE = frozenset(sorted(ALL)[-1:])


def run_on(cpus: frozenset[int]) -> None:
    """Restricts this thread, and all that it starts from now on, to these CPUs."""
    if ALL:
        os.sched_setaffinity(0, cpus)


@contextmanager
def children_on(cpus: frozenset[int]) -> Iterator[None]:
    """Starts processes on these CPUs inside the `with` block."""
    before = frozenset(os.sched_getaffinity(0)) if ALL else ALL
    run_on(cpus)
    try:
        yield
    finally:
        run_on(before)
