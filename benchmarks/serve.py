"""`python -m app serve`, filled before it listens: `python -m benchmarks.serve WORLD`, and what `serve` takes.

`SWITCH_INTERVAL` sets the seconds after which the interpreter takes the next thread. Three more routes are for what
only the process itself can do: `GET /benchmark/pauses` tells the seconds of each pause of the cycle collector since it
was asked last, `POST /benchmark/grow` adds `GROWTH` tweets beside the requests, and `GET /benchmark/growing` says
whether it still does.
"""

import gc
import json
import os
import runpy
import sys
import threading
import time

from app import container
from app.config import Settings
from app.perch import Perch
from benchmarks.parts import Parts, build_parts
from benchmarks.worlds import WORLDS, store_tweets

GROWTH = 250_000
GROWTH_STEP = 100


class _Pauses:
    """The seconds that the cycle collector stopped the interpreter for, each time."""

    def __init__(self) -> None:
        self._seconds: list[float] = []
        self._started = 0.0

    def observe(self, phase: str, _: dict[str, int]) -> None:
        """What `gc.callbacks` calls."""
        if phase == "start":
            self._started = time.perf_counter()
        else:
            self._seconds.append(time.perf_counter() - self._started)

    def taken(self) -> str:
        taken, self._seconds = self._seconds, []
        return json.dumps(taken)


def _grow(parts: Parts) -> None:
    authors = [f"author-{number}" for number in range(40)]
    for _ in range(GROWTH // GROWTH_STEP):
        store_tweets(parts, authors, GROWTH_STEP)
        time.sleep(0)


def main() -> None:
    """Runs `python -m app serve` as it is, but for what the container builds, which is filled."""
    world, *arguments = sys.argv[1:]

    def build_filled(settings: Settings, *, run_worker: bool = True) -> Perch:
        parts = build_parts(settings, run_worker=run_worker)
        WORLDS[world](parts)
        pauses = _Pauses()
        gc.callbacks.append(pauses.observe)

        growth: list[threading.Thread] = []

        def grow() -> str:
            growth.append(threading.Thread(target=_grow, args=(parts,), daemon=True))
            growth[-1].start()
            return ""

        def growing() -> str:
            return "yes" if any(thread.is_alive() for thread in growth) else "no"

        parts.perch.app.add_url_rule("/benchmark/pauses", view_func=pauses.taken)
        parts.perch.app.add_url_rule("/benchmark/growing", view_func=growing)
        parts.perch.app.add_url_rule("/benchmark/grow", view_func=grow, methods=["POST"])
        return parts.perch

    if interval := os.environ.get("SWITCH_INTERVAL"):
        sys.setswitchinterval(float(interval))
    container.build = build_filled  # type: ignore[assignment]
    sys.argv = ["app", "serve", *arguments]
    runpy.run_module("app", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
