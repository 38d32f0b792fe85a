"""Which CPU a process chooses, and when it leaves it."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from app import affinity, cpu_use
from app.affinity import CHECKS, LOST_SHARE, MARGIN, OneCpu, best_cpu, better_cpu, cpus
from app.cpu_use import Use, bound_processes, busy_seconds, waited_seconds
from tests.fakes.bound import WAIT_SECONDS, in_bound_thread, linux, two_cpus
from tests.fakes.log import WrittenLog


@pytest.mark.parametrize(
    ("bound", "busy", "best"),
    [
        ({}, {0: 0.9, 1: 0.2, 2: 0.3}, 1),
        ({1: 1}, {0: 0.9, 1: 0.2, 2: 0.3}, 2),
        ({0: 1, 1: 2, 2: 3}, {0: 1.0, 1: 0.0, 2: 0.0}, 0),
        ({0: 1, 1: 1, 2: 1}, {0: 0.5, 1: 0.4, 2: 0.6}, 1),
        ({0: 0, 2: 0, 7: 5}, {0: 0.5, 1: 0.4, 2: 0.1, 3: 0.0}, 2),
    ],
)
def test_the_cpu_with_the_fewest_bound_processes_is_chosen_then_the_least_busy_one(
    bound: dict[int, int], busy: dict[int, float], best: int
) -> None:
    assert best_cpu({0, 1, 2}, bound, busy) == best


def test_equal_cpus_are_chosen_at_random() -> None:
    assert {best_cpu({2, 3, 5}, {}, {}) for _ in range(1000)} == {2, 3, 5}


@pytest.mark.parametrize(
    ("waited", "taken", "elsewhere", "better"),
    [
        (0.5, 0.5, {1: 0.0}, 1),
        (2.0, 0.5, {1: 0.25}, 1),
        (LOST_SHARE, 0.5, {1: 0.1, 2: 0.05, 3: 0.2}, 2),
        (0.5, MARGIN, {1: 0.0}, 1),
        # it hardly waits: it has little to do, or others run while it has nothing to do
        (0.05, 0.9, {1: 0.0}, None),
        # its threads wait for each other
        (3.0, 0.0, {1: 0.0}, None),
        (3.0, 0.09, {1: 0.0}, None),
        # the other CPUs are no better, or hardly better
        (0.5, 0.5, {1: 0.5, 2: 1.0}, None),
        (0.5, 0.5, {1: 0.26}, None),
        (0.5, 0.2, {1: 0.0}, None),
        # nothing is known of other CPUs
        (0.5, 0.5, {}, None),
    ],
)
def test_a_process_leaves_its_cpu_if_it_loses_time_and_another_cpu_is_clearly_less_busy(
    waited: float, taken: float, elsewhere: dict[int, float], better: int | None
) -> None:
    assert better_cpu(Use(waited, taken, elsewhere)) == better


@two_cpus
def test_all_bound_threads_move_once_enough_checks_in_a_row_agree(written: WrittenLog) -> None:
    free = os.sched_getaffinity(os.getpid())

    def check(one_cpu: OneCpu, left: int) -> None:
        other = min(free - {left})
        crowded = Use(waited=0.6, taken=0.5, elsewhere={other: 0.1})
        over = threading.Event()
        started = threading.Thread(target=over.wait)
        started.start()
        try:
            for _ in range(max(CHECKS)):
                for _ in range(min(CHECKS) - 1):
                    one_cpu.consider(left, crowded)
                one_cpu.consider(left, Use(waited=0.0, taken=0.5, elsewhere={other: 0.1}))
            assert cpus() == [left]
            checks = 0
            while cpus() == [left] and checks < max(CHECKS):
                one_cpu.consider(left, crowded)
                checks += 1
            assert cpus() == [other]
            assert checks in CHECKS
            assert os.sched_getaffinity(started.native_id or 0) == {other}
        finally:
            over.set()
        [line] = written.lines()
        assert (line["event"], line["cpu"], line["left"], line["lost"]) == ("cpu_changed", other, left, 0.5)

    in_bound_thread(check)
    assert os.sched_getaffinity(os.getpid()) == free


@two_cpus
def test_processes_differ_in_the_number_of_checks_that_they_need() -> None:
    def moved_after(one_cpu: OneCpu, left: int) -> None:
        other = min(free - {left})
        for number in range(1, max(CHECKS) + 1):
            one_cpu.consider(left, Use(waited=0.6, taken=0.5, elsewhere={other: 0.1}))
            if cpus() == [other]:
                needed.add(number)
                return

    free = os.sched_getaffinity(0)
    needed: set[int] = set()
    deadline = time.monotonic() + WAIT_SECONDS
    while len(needed) < 3 and time.monotonic() < deadline:
        in_bound_thread(moved_after)
    assert needed <= set(CHECKS)
    assert len(needed) >= 3


@linux
def test_a_cpu_that_is_not_allowed_is_not_taken(written: WrittenLog) -> None:
    def check(one_cpu: OneCpu, left: int) -> None:
        for _ in range(max(CHECKS)):
            one_cpu.consider(left, Use(waited=0.6, taken=0.5, elsewhere={1023: 0.0}))
        assert cpus() == [left]

    in_bound_thread(check)
    assert written.lines() == []


@linux
def test_a_process_binds_itself_where_proc_tells_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for module, name in [(affinity, "STAT"), (cpu_use, "STAT"), (cpu_use, "PROCESSES"), (cpu_use, "THREADS")]:
        monkeypatch.setattr(module, name, tmp_path / "missing")
    free = cpus()
    in_bound_thread(lambda _, cpu: free.index(cpu))
    assert (busy_seconds(), waited_seconds(), bound_processes()) == ({}, {}, {})


@two_cpus
def test_a_process_starts_where_it_may_not_bind_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_thread: int, _cpus: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "sched_setaffinity", refuse)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(OneCpu).result(WAIT_SECONDS)


@contextmanager
def choosing() -> Iterator[subprocess.Popen[bytes]]:
    """Another process whose turn to choose its CPU it is, until it is killed."""
    code = "import fcntl\nfile = open('/proc/stat')\nfcntl.flock(file, fcntl.LOCK_EX)\nprint(flush=True)\ninput()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"\n"
        try:
            yield process
        finally:
            process.kill()


@two_cpus
def test_processes_choose_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(affinity, "TURN_SECONDS", WAIT_SECONDS)
    chosen = threading.Event()
    with choosing() as other, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(in_bound_thread, lambda *_: chosen.set())
        assert not chosen.wait(affinity.START_SECONDS * 5)
        other.kill()
        waiting.result(WAIT_SECONDS)


@two_cpus
def test_a_process_that_never_ends_its_turn_stops_no_start() -> None:
    with choosing() as other:
        in_bound_thread(lambda *_: None)
        assert other.poll() is None
