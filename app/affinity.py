"""The CPUs that the process runs on."""

import os
import random

_CAN_CHOOSE = hasattr(os, "sched_setaffinity")  # Linux only


def stay_on_one_cpu() -> None:
    """Binds this thread, and all threads that it starts later, to one of its allowed CPUs, chosen at random.

    Python runs one thread at a time. On several CPUs the interpreter lock moves between them, which costs about 40 % of
    the throughput of one CPU, and starves the thread that reads requests.
    """
    if _CAN_CHOOSE:
        os.sched_setaffinity(0, [random.choice(cpus())])


def cpus() -> list[int]:
    """Returns the CPUs that this thread may run on."""
    return sorted(os.sched_getaffinity(0)) if _CAN_CHOOSE else list(range(os.cpu_count() or 1))
