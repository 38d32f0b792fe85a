"""`python -m benchmarks.serve WORLD`: serves as `python -m app serve` does, but fills the stores before it listens.

It takes the arguments of `serve`. `SWITCH_INTERVAL` sets the interpreter's switch interval in seconds. Three more
routes do what only the process itself can do:

- `GET /benchmark/pauses` returns the seconds of each pause of the cycle collector since the last such request.
- `POST /benchmark/grow` starts to add `GROWTH` tweets in a thread of its own.
- `GET /benchmark/growing` says whether that thread still runs.
"""

import gc
import json
import os
import sys
import threading
import time

from app.process import prepare_process
from app.settings import Settings
from benchmarks.parts import Parts, build_parts
from benchmarks.worlds import WORLDS, store_tweets
from infrastructure.server.waitress_server import WaitressServer

GROWTH = 250_000
GROWTH_STEP = 100


class _Pauses:
    """The duration in seconds of each pause by the cycle collector."""

    def __init__(self) -> None:
        self._seconds: list[float] = []
        self._started = 0.0

    def observe(self, phase: str, _: dict[str, int]) -> None:
        """Records a pause; `gc.callbacks` calls it at the start and at the end."""
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


def _add_routes(parts: Parts) -> None:
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


def main() -> None:
    """Fills the stores, then serves."""
    world, *arguments = sys.argv[1:]
    if interval := os.environ.get("SWITCH_INTERVAL"):
        sys.setswitchinterval(float(interval))
    settings = Settings.from_environment(os.environ)
    prepare_process(settings)
    parts = build_parts(settings, run_worker="--no-worker" not in arguments)
    WORLDS[world](parts)
    _add_routes(parts)
    server = WaitressServer(parts.perch, settings.server)
    server.stop_on_signals()
    print(f"Perch listens on {server.url}", flush=True)
    server.run()


if __name__ == "__main__":
    main()
