"""Processes that stay on one CPU spread over the CPUs, and leave one that others take from them."""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from app.affinity import CHECKS, cpus
from app.cpu_use import bound_processes, busy_seconds, numbers_in, shares_busy
from cluster.perch_process import REPOSITORY, PerchProcess
from tests.e2e.conftest import StartPerch
from tests.fakes.bound import two_cpus
from tests.integration.effort import LONG

pytestmark = two_cpus

ROUNDS = 3
TOGETHER = 4
SECONDS = 120.0 if LONG else 30.0
QUIET = 0.2
QUIET_SECONDS = 20
"""A process whose CPU is taken must move before another CPU has been quiet for so many seconds."""

RESTLESS = "other processes are bound to CPUs, or end, all the time"

Process = subprocess.Popen[str]
Start = Callable[..., Process]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a Python program that is killed when the test is over."""
    with ExitStack() as stack:

        def start_program(*arguments: str) -> Process:
            command = [sys.executable, *arguments]
            process = stack.enter_context(
                subprocess.Popen(command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            )
            stack.callback(process.kill)
            return process

        yield start_program


def tell(process: Process, line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(line + "\n")
    process.stdin.flush()


def next_line(process: Process) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def imported(start: Start) -> Process:
    process = start("-m", "tests.e2e.cpu_process")
    assert next_line(process) == "imported"
    return process


def take(start: Start, cpu: int) -> None:
    """Starts a busy process on this CPU."""
    busy = start("-c", f"import os\nos.sched_setaffinity(0, [{cpu}])\nprint('busy', flush=True)\nwhile True: pass")
    assert next_line(busy) == "busy"


def spread(bound: Counter[int], processes: int) -> list[int]:
    """The numbers of processes bound to the CPUs after so many more have each taken the CPU with the fewest."""
    counts = [bound[cpu] for cpu in cpus()]
    for _ in range(processes):
        counts[counts.index(min(counts))] += 1
    return sorted(counts)


def test_processes_that_start_at_once_spread_over_the_cpus(start: Start) -> None:
    judged = 0
    deadline = time.monotonic() + SECONDS
    while judged < ROUNDS and time.monotonic() < deadline:
        processes = [imported(start) for _ in range(TOGETHER)]
        before = bound_processes()
        for process in processes:
            tell(process, "")
        chosen = Counter(int(next_line(process)) for process in processes)
        after = bound_processes()
        if after == before + chosen:  # no other process was bound meanwhile
            judged += 1
            assert sorted(after[cpu] for cpu in cpus()) == spread(before, TOGETHER)
        for process in processes:
            process.kill()
            process.wait()
    if not judged:
        pytest.skip(RESTLESS)


def test_two_services_that_start_at_once_are_on_different_cpus(tmp_path: Path) -> None:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        before = bound_processes()
        with ThreadPoolExecutor() as pool, ExitStack() as stack:
            services = list(pool.map(PerchProcess, [tmp_path / "one", tmp_path / "two"]))
            for service in services:
                stack.enter_context(service)
            chosen = Counter(cpu for service in services for cpu in os.sched_getaffinity(service.process.pid))
            if bound_processes() == before + chosen:
                assert chosen.total() == len(services)
                assert sorted((before + chosen)[cpu] for cpu in cpus()) == spread(before, len(services))
                return
    pytest.skip(RESTLESS)


def test_a_service_watches_its_cpu_unless_it_may_use_all(start_perch: StartPerch) -> None:
    watching = 'perch_threads_restarted_total{thread="cpu"} 0'
    assert watching in start_perch().call("GET", "/metrics")[1].decode()
    free = start_perch(CPUS="all")
    assert watching not in free.call("GET", "/metrics")[1].decode()
    assert os.sched_getaffinity(free.process.pid) == set(cpus())


def test_a_process_whose_cpu_is_taken_moves_with_all_threads(start: Start) -> None:
    process = imported(start)
    tell(process, "watched")
    cpu = int(next_line(process))
    take(start, cpu)
    wait_for_move(process.pid, cpu)
    threads = numbers_in(Path(f"/proc/{process.pid}/task"))
    [(chosen, number)] = Counter(on for thread in threads for on in os.sched_getaffinity(thread)).items()
    assert chosen != cpu
    assert number == len(threads) == 4


def wait_for_move(process: int, left: int) -> None:
    """Returns once no thread of the process is on the CPU; skips the test if all the other CPUs stay busy."""
    quiet = 0
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if all(os.sched_getaffinity(thread) != {left} for thread in numbers_in(Path(f"/proc/{process}/task"))):
            return
        before, started = busy_seconds(), time.monotonic()
        time.sleep(1.0)
        busy = shares_busy(before, busy_seconds(), time.monotonic() - started)
        quiet = quiet + 1 if min(busy[cpu] for cpu in cpus() if cpu != left) < QUIET else 0
        assert quiet < QUIET_SECONDS
    pytest.skip("the other CPUs are busy")


def test_a_process_stays_when_all_cpus_are_taken(start: Start) -> None:
    process = imported(start)
    for cpu in cpus():
        take(start, cpu)
    tell(process, "step")
    on = [next_line(process) for _ in range(max(CHECKS) + 2)]
    assert set(on) == {on[0]}
