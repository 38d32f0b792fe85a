"""A program that stays on one CPU as Perch does: it waits for a line, binds itself, then uses its CPU fully.

After "watched", Perch's own thread looks after it. After "step", it checks by itself and prints its CPUs after each.
"""

import os
import sys
import threading
import time

from app.affinity import CHECK_SECONDS, OneCpu, cpus
from infrastructure.background import BackgroundThread


def main() -> None:
    print("imported", flush=True)
    how = sys.stdin.readline().strip()
    one_cpu = OneCpu()
    print(*cpus(), flush=True)
    if how:
        for niceness in (False, True):
            BackgroundThread("spin", lambda: sum(range(10_000)), gives_way=niceness).start()
    if how == "watched":
        one_cpu.new_thread().start()
    while how == "step":
        time.sleep(CHECK_SECONDS)
        one_cpu.check()
        print(*os.sched_getaffinity(os.getpid()), flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
