"""What /proc tells about the use of the CPUs."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from app import cpu_use
from app.cpu_use import Totals, Use, busy_seconds, waited_seconds
from infrastructure.background import BackgroundThread
from tests.fakes.bound import WAIT_SECONDS, in_bound_thread, linux, two_cpus

FOR_EVER = 1000.0
SPIN_SECONDS = 0.5


def test_a_use_is_the_difference_of_two_totals() -> None:
    before = Totals(at=100.0, own=10.0, busy={0: 50.0, 1: 60.0, 2: 70.0}, waited={7: 1.0, 8: 5.0, 9: 3.0})
    after = Totals(at=102.0, own=10.5, busy={0: 52.0, 1: 60.5, 2: 70.0}, waited={7: 1.5, 8: 0.25, 10: 0.5})
    use = after.use_since(before, 0, {1, 2, 3})
    assert use == Use(waited=0.5, taken=0.75, elsewhere={1: 0.25, 2: 0.0})


def test_a_use_without_counts_moves_nobody() -> None:
    nothing = Use(waited=0.0, taken=0.0, elsewhere={})
    assert Totals(2.0, 0.5, {}, {}).use_since(Totals(1.0, 0.0, {}, {}), 0, {1}) == nothing


@pytest.mark.parametrize("text", ["", "cpu  1 2 3 4\n", "cpu0 1 2\n", "cpu0 one two three four five\n"])
def test_counts_in_another_form_are_ignored(text: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "stat").write_text(text)
    monkeypatch.setattr(cpu_use, "STAT", tmp_path / "stat")
    assert busy_seconds() == {}


@linux
def test_the_use_of_a_cpu_counts_as_busy() -> None:
    def spin(_: object, cpu: int) -> None:
        before = busy_seconds()[cpu]
        deadline = time.thread_time() + SPIN_SECONDS
        while time.thread_time() < deadline:
            pass
        assert busy_seconds()[cpu] - before > SPIN_SECONDS * 0.8

    in_bound_thread(spin)


@linux
def test_every_thread_has_a_count_of_its_waits() -> None:
    """Those that give way, too: the fan-out is all that some processes do."""
    at_work = threading.Event()
    thread = BackgroundThread("gives way", at_work.set, pause_seconds=FOR_EVER)
    thread.start()
    try:
        assert at_work.wait(WAIT_SECONDS)
        assert {alive.native_id for alive in threading.enumerate()} <= set(waited_seconds())
    finally:
        assert thread.stop(WAIT_SECONDS)


@two_cpus
def test_a_thread_that_another_keeps_from_running_waits() -> None:
    def compete(_: object, cpu: int) -> None:
        code = f"import os\nos.sched_setaffinity(0, [{cpu}])\nprint(flush=True)\nwhile True: pass"
        with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as rival:
            assert rival.stdout is not None
            assert rival.stdout.readline() == b"\n"
            thread = threading.get_native_id()
            before = waited_seconds()[thread]
            deadline = time.thread_time() + SPIN_SECONDS
            while time.thread_time() < deadline:
                pass
            waited = waited_seconds()[thread] - before
            rival.kill()
        assert waited > SPIN_SECONDS / 4

    in_bound_thread(compete)
