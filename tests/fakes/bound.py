"""Threads that are bound to one CPU."""

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.affinity import OneCpu, cpus

WAIT_SECONDS = 60.0

two_cpus = pytest.mark.skipif(len(cpus()) < 2, reason="this needs two CPUs")
linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux binds threads to CPUs")


def in_bound_thread(act: Callable[[OneCpu, int], object]) -> None:
    """Calls it in a thread that has bound itself, with the CPU that it chose. Other threads stay as they are."""

    def bind_and_act() -> None:
        one_cpu = OneCpu()
        [cpu] = cpus()
        act(one_cpu, cpu)

    with ThreadPoolExecutor(1) as pool:
        pool.submit(bind_and_act).result(WAIT_SECONDS)
