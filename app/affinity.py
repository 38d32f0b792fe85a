"""Which of the machine's CPUs the process runs on."""

import os
import random

from infrastructure.log import get_logger

log = get_logger("perch.server")


def stay_on_one_cpu() -> None:
    """Keeps this thread, and those that it starts from now on, on one CPU of those that it may use, chosen at random.

    Threads of Python run one at a time. On several CPUs each hand-over of the interpreter goes from one to another,
    which costs about 40 % of what one CPU alone would do, and starves the thread that reads requests.
    """
    if not hasattr(os, "sched_setaffinity"):  # only Linux has it
        return
    allowed = os.sched_getaffinity(0)
    if len(allowed) > 1:
        cpu = random.choice(sorted(allowed))
        os.sched_setaffinity(0, {cpu})
        log.info("one_cpu", cpu=cpu, of=len(allowed))
