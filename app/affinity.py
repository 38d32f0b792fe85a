"""Which of the machine's CPUs the process runs on."""

import os
import random
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager

_CAN_CHOOSE = hasattr(os, "sched_setaffinity")  # only Linux has it


def stay_on_one_cpu() -> AbstractSet[int]:
    """Keeps this thread, and those that it starts from now on, on one CPU of those that it may use, chosen at random.

    Returns the others. Threads of Python run one at a time. On several CPUs each hand-over of the interpreter goes from
    one to another, which costs about 40 % of what one CPU alone would do, and starves the thread that reads requests.
    """
    if not _CAN_CHOOSE:
        return frozenset()
    may_use = os.sched_getaffinity(0)
    stay_on([random.choice(sorted(may_use))])
    return may_use - os.sched_getaffinity(0)


def stay_on(some_cpus: Iterable[int]) -> None:
    """Keeps this thread, and those that it starts from now on, on these CPUs."""
    if _CAN_CHOOSE:
        os.sched_setaffinity(0, some_cpus)


@contextmanager
def elsewhere(other_cpus: AbstractSet[int]) -> Iterator[None]:
    """Has this thread, and those that it starts meanwhile, run on these CPUs; empty: on the same as before."""
    here = cpus()
    if other_cpus:
        stay_on(other_cpus)
    try:
        yield
    finally:
        stay_on(here)


def cpus() -> list[int]:
    """Those that this thread may run on."""
    return sorted(os.sched_getaffinity(0)) if _CAN_CHOOSE else list(range(os.cpu_count() or 1))
