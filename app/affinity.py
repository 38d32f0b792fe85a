"""Which of the machine's CPUs the process runs on."""

import os
import random


def stay_on_one_cpu() -> None:
    """Keeps this thread, and those that it starts from now on, on one CPU of those that it may use, chosen at random.

    Threads of Python run one at a time. On several CPUs each hand-over of the interpreter goes from one to another,
    which costs about 40 % of what one CPU alone would do, and starves the thread that reads requests.
    """
    if not hasattr(os, "sched_setaffinity"):  # only Linux has it
        return
    os.sched_setaffinity(0, {random.choice(sorted(os.sched_getaffinity(0)))})


def cpus() -> list[int]:
    """Those that this thread may run on."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else list(range(os.cpu_count() or 1))
