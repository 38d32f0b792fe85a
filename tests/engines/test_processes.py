"""An engine's processes are paused, killed and ended together, and never outlive the test process."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster.engines import guard
from cluster.engines.ports import ReservedPort
from cluster.engines.processes import EngineFailed, Processes
from cluster.perch_process import REPOSITORY

PARENT_AND_CHILDREN = ("sh", "-c", "sleep 1000 & sleep 1000 & wait")
SECONDS = 20

OWNER = f"""
import sys
from cluster.engines.processes import Processes
processes = Processes("test")
processes.start(*{PARENT_AND_CHILDREN!r})
processes.wait_until(lambda: len(processes.states()) == 3, "start")
if "paused" in sys.argv:
    processes.pause()
print(processes.folder, *processes.states(), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def processes() -> Iterator[Processes]:
    made = Processes("test")
    yield made
    made.close()
    assert not made.folder.exists()


def start_three(processes: Processes) -> None:
    processes.start(*PARENT_AND_CHILDREN)
    processes.wait_until(lambda: len(processes.states()) == 3, "start")


def test_all_processes_are_paused_resumed_and_killed(processes: Processes) -> None:
    start_three(processes)
    processes.pause()
    assert list(processes.states().values()) == ["T", "T", "T"]
    processes.resume()
    processes.wait_until(lambda: "T" not in processes.states().values(), "be resumed")
    assert processes.running
    processes.kill()
    assert not processes.states()
    assert not processes.running


def test_paused_processes_can_be_killed_and_started_again(processes: Processes) -> None:
    start_three(processes)
    processes.pause()
    processes.kill()
    start_three(processes)
    assert processes.running


def test_orphans_are_found_and_killed(processes: Processes) -> None:
    processes.start("sh", "-c", "sleep 1000 &")
    processes.wait_until(lambda: not processes.running, "end")
    assert len(processes.states()) == 1
    processes.kill()
    assert not processes.states()


def test_nothing_is_paused_after_the_end_even_if_its_id_is_given_to_another(processes: Processes) -> None:
    start_three(processes)
    processes.close()
    with subprocess.Popen(PARENT_AND_CHILDREN) as another:
        processes._guard.pid = another.pid
        processes.pause()
        assert not processes.states()
        assert "T" not in guard.descendants(another.pid).values()
        guard.send([*guard.descendants(another.pid), another.pid], signal.SIGKILL)


def test_a_program_that_does_not_start_is_an_error_with_its_log(processes: Processes) -> None:
    with pytest.raises(EngineFailed, match="no space left"):
        processes.start_and_wait(lambda: False, "sh", "-c", "echo no space left; exit 1")


def test_a_missing_program_is_an_error_which_names_it(processes: Processes) -> None:
    with pytest.raises(EngineFailed, match="no-such-program"):
        processes.start("no-such-program")


def test_no_wait_is_without_end(processes: Processes) -> None:
    with pytest.raises(EngineFailed, match=r"test takes more than 0.01 s to be ready"):
        processes.wait_until(lambda: False, "be ready", 0.01)


@pytest.mark.parametrize("state", ["running", "paused"])
def test_processes_and_folder_are_gone_after_the_test_process_is_killed(state: str, processes: Processes) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, state], cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        folder, *started = owner.stdout.readline().split()
        assert Path(folder).exists()
        assert len(started) == 3
        owner.kill()
    processes.wait_until(lambda: not any(Path("/proc", process).exists() for process in started), "end", SECONDS)
    processes.wait_until(lambda: not Path(folder).exists(), "be removed", SECONDS)


def test_a_reserved_port_is_given_to_nobody_else() -> None:
    reserved = [ReservedPort() for _ in range(200)]
    try:
        assert len({port.number for port in reserved}) == 200
    finally:
        for port in reserved:
            port.release()
