"""The use of the CPUs by this process and by others, from /proc. What a container hides is missing or zero."""

import os
import re
import time
from collections import Counter
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

STAT = Path("/proc/stat")
PROCESSES = Path("/proc")
THREADS = Path("/proc/self/task")


@dataclass(frozen=True, slots=True)
class Use:
    """The use of the CPUs over some time; all numbers are shares of one CPU."""

    waited: float
    """Threads of this process could have run, and did not. Waits of several threads add up."""
    taken: float
    """Others used the CPU of this process."""
    elsewhere: Mapping[int, float]
    """Anybody used the other CPUs."""


@dataclass(frozen=True, slots=True)
class Totals:
    """What the system has counted up to a moment, in seconds."""

    at: float
    own: float
    busy: Mapping[int, float]
    waited: Mapping[int, float]

    @classmethod
    def now(cls) -> Self:
        return cls(time.monotonic(), time.process_time(), busy_seconds(), waited_seconds())

    def use_since(self, before: "Totals", cpu: int, others: Collection[int]) -> Use:
        """Returns the use since `before` by a process that stayed on `cpu`; CPUs without a count are left out."""
        seconds = self.at - before.at
        # A thread whose total fell has ended, and another one has its id now.
        waited = sum(max(0.0, total - before.waited.get(thread, 0.0)) for thread, total in self.waited.items())
        shares = shares_busy(before.busy, self.busy, seconds)
        taken = max(0.0, shares.get(cpu, 0.0) - (self.own - before.own) / seconds)
        return Use(waited / seconds, taken, {other: shares[other] for other in others if other in shares})


def busy_seconds() -> dict[int, float]:
    """Returns for each CPU the time that it was not idle, since the system started."""
    counts: dict[int, float] = {}
    with suppress(OSError, ValueError):
        ticks_a_second = os.sysconf("SC_CLK_TCK")
        for cpu, ticks in re.findall(r"^cpu(\d+) ([\d ]+)$", STAT.read_text(), re.MULTILINE):
            user, nice, system, _idle, _waiting, *rest = map(int, ticks.split())
            counts[int(cpu)] = (user + nice + system + sum(rest[:3])) / ticks_a_second
    return counts


def shares_busy(before: Mapping[int, float], after: Mapping[int, float], seconds: float) -> dict[int, float]:
    """Returns for each CPU in both counts the share of the time that it was busy."""
    return {cpu: (after[cpu] - busy) / seconds for cpu, busy in before.items() if cpu in after}


def waited_seconds() -> dict[int, float]:
    """Returns for each thread of this process the time that it waited for a CPU."""
    waits: dict[int, float] = {}
    for thread in numbers_in(THREADS):
        with suppress(OSError, ValueError, IndexError):  # the thread has ended, or the system does not count
            waits[thread] = int((THREADS / str(thread) / "schedstat").read_text().split()[1]) / 1e9
    return waits


def bound_processes() -> Counter[int]:
    """Returns for each CPU the number of visible processes that may run on no other."""
    counts: Counter[int] = Counter()
    for process in numbers_in(PROCESSES):
        with suppress(OSError):  # the process has ended
            allowed = os.sched_getaffinity(process)
            # Threads of the kernel have no command line. Every CPU has its own, which hardly use it.
            if len(allowed) == 1 and (PROCESSES / str(process) / "cmdline").read_bytes():
                counts.update(allowed)
    return counts


def numbers_in(folder: Path) -> list[int]:
    """Returns the names in the folder that are numbers."""
    try:
        return [int(path.name) for path in folder.iterdir() if path.name.isdigit()]
    except OSError:
        return []
