"""The CPUs that the process runs on."""

import fcntl
import os
import random
import sys
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress

from app.cpu_use import STAT, THREADS, Totals, Use, bound_processes, busy_seconds, numbers_in, shares_busy
from infrastructure.background import BackgroundThread
from infrastructure.log import get_logger

log = get_logger("perch")

START_SECONDS = 0.1
"""The time before the start over which the use of the CPUs counts."""

TURN_SECONDS = 1.0
"""The longest wait for other processes that choose their CPU."""

CHECK_SECONDS = 1.0
LOST_SHARE = 0.1
"""The share of its time that a process must lose to others before it leaves its CPU."""

MARGIN = 0.25
"""The least difference between what others use of the CPU of this process, and of the one that it moves to.

After a move the difference is at least as large the other way round, so the process does not move back.
"""

CHECKS = range(3, 9)
"""The number of checks in a row that must agree before a move; one of these at random each time.

Two processes that take the CPU from each other see the same. One of them should move first, and the other see that.
"""

_CAN_CHOOSE = sys.platform == "linux"


class OneCpu:
    """Keeps the process on one CPU: the least busy one, as far as that can be told.

    Python runs one thread at a time. On several CPUs the interpreter lock moves between them, which costs about a third
    of the throughput, and starves the thread that reads requests.
    """

    def __init__(self) -> None:
        """Binds this thread, and all threads that it starts later, to one of its allowed CPUs."""
        self._allowed = frozenset(cpus())
        self._last: Totals | None = None
        self._agreed = 0
        self._needed = 0
        if _CAN_CHOOSE and len(self._allowed) > 1:
            _bind_to_best(self._allowed)

    def new_thread(self) -> BackgroundThread:
        """Returns a thread that calls `check` once a second. A server that forks needs one made after the fork.

        No other thread should call it, because reading files beside busy threads often waits for the interpreter lock.
        """
        return BackgroundThread("cpu", self.check, pause_seconds=CHECK_SECONDS)

    def check(self) -> None:
        """Considers the use of the CPUs since the last call.

        It leaves a process alone that somebody has bound to other CPUs since the start.
        """
        on = os.sched_getaffinity(os.getpid()) if _CAN_CHOOSE else set()
        if len(on) != 1 or not on < self._allowed:
            return
        [cpu] = on
        before, self._last = self._last, Totals.now()
        if before is not None:
            self.consider(cpu, self._last.use_since(before, cpu, self._allowed - on))

    def consider(self, cpu: int, use: Use) -> None:
        """Moves the process away from `cpu` once enough uses in a row say that another CPU is better."""
        better = better_cpu(use)
        if better is None:
            self._agreed = 0
            return
        if not self._agreed:
            self._needed = random.choice(CHECKS)
        self._agreed += 1
        if self._agreed >= self._needed:
            self._agreed = 0
            with suppress(OSError):  # the system allows other CPUs than at the start
                _move_threads(cpu, better)
                log.info("cpu_changed", cpu=better, left=cpu, lost=round(lost(use), 2))


def cpus() -> list[int]:
    """Returns the CPUs that this thread may run on."""
    return sorted(os.sched_getaffinity(0)) if _CAN_CHOOSE else list(range(os.cpu_count() or 1))


def best_cpu(allowed: Collection[int], bound: Mapping[int, int], busy: Mapping[int, float]) -> int:
    """Returns the CPU with the fewest processes bound to it, of these the least busy one, of these a random one.

    Bound processes come first because the system moves all others out of the way.
    """
    in_any_order = random.sample(sorted(allowed), len(allowed))
    return min(in_any_order, key=lambda cpu: (bound.get(cpu, 0), busy.get(cpu, 0.0)))


def better_cpu(use: Use) -> int | None:
    """Returns the CPU on which the process would lose clearly less time, or None."""
    if not use.elsewhere or lost(use) < LOST_SHARE:
        return None
    best = min(use.elsewhere, key=use.elsewhere.__getitem__)
    return best if use.elsewhere[best] + MARGIN <= use.taken else None


def lost(use: Use) -> float:
    """Returns the share of the time that the process lost to others.

    Its threads also wait for each other, so they lost at most what others took.
    """
    return min(use.waited, use.taken)


def _bind_to_best(allowed: Collection[int]) -> None:
    before = busy_seconds()
    time.sleep(START_SECONDS)
    busy = shares_busy(before, busy_seconds(), START_SECONDS)
    with _in_turn(), suppress(OSError):  # some containers forbid it
        os.sched_setaffinity(0, [best_cpu(allowed, bound_processes(), busy)])


@contextmanager
def _in_turn() -> Iterator[None]:
    """Makes processes choose one after the other, so that each sees the choice of those before it."""
    with ExitStack() as stack:
        with suppress(OSError):
            # All processes that see each other have this file, and every user may lock it.
            _lock(stack.enter_context(STAT.open()).fileno())
        yield


def _lock(file: int) -> None:
    deadline = time.monotonic() + TURN_SECONDS
    while time.monotonic() < deadline:
        with suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        time.sleep(TURN_SECONDS / 100)


def _move_threads(left: int, cpu: int) -> None:
    for _ in range(2):  # a thread may have started another one just before it was moved
        for thread in numbers_in(THREADS):
            with suppress(ProcessLookupError):
                if os.sched_getaffinity(thread) == {left}:
                    os.sched_setaffinity(thread, [cpu])
