"""The pauses of the cycle collector with 1,000,000 tweets stored, while requests are served and tweets are added."""

import json
import statistics
import time
from collections.abc import Iterator

from benchmarks.figure import Row, at_most, plain, ratio
from benchmarks.load import milliseconds_at, p99, rates_in_turns
from benchmarks.service import Service, request, running_world
from benchmarks.worlds import READER

WORLD = "million tweets"
NAME = "longest pause of the collector, 10^6 tweets"
ROUNDS = 3
LATENCY_SECONDS = 4.0
READ = request("GET", "/v1/users/me/timeline", READER)
PAUSES = request("GET", "/benchmark/pauses", READER)
GROWING = request("GET", "/benchmark/growing", READER)
GROWS = b"\r\n\r\nyes"
POLL_SECONDS = 0.1
GROW = request("POST", "/benchmark/grow", READER)


def measure() -> Iterator[Row]:
    """The longest pause, and the p99 of reads, against the collector as Python comes with it."""
    with running_world(WORLD) as perch, running_world(WORLD, COLLECTOR="python") as python:
        rate = _half_load(perch)
        rounds = [(_growing(perch, rate), _growing(python, rate)) for _ in range(ROUNDS)]
    pauses, pauses_python = ([of_round[at][0] for of_round in rounds] for at in range(2))
    yield plain(NAME, pauses, "ms", at_most(20), f"COLLECTOR=python: {statistics.median(pauses_python):.1f} ms")
    slowest, slowest_python = ([of_round[at][1] for of_round in rounds] for at in range(2))
    name = f"home timeline while 250,000 tweets are added: p99 at {rate:,.0f}/s"
    yield ratio(name, slowest, "COLLECTOR=python", slowest_python, "ms")


def _half_load(perch: Service) -> float:
    return statistics.median(rates_in_turns((perch,), [READ], 1.0, ROUNDS)[0]) / 2


def _growing(perch: Service, rate: float) -> tuple[float, float]:
    """The longest pause and the p99 of reads while a quarter million tweets are added, in milliseconds."""
    perch.ask(PAUSES)
    perch.ask(GROW)
    slow = p99(milliseconds_at(perch, [READ], rate, LATENCY_SECONDS))
    while GROWS in perch.ask(GROWING):  # the next round is not to begin in it
        time.sleep(POLL_SECONDS)
    pauses: list[float] = json.loads(perch.ask(PAUSES).partition(b"\r\n\r\n")[2])
    return max(pauses, default=0.0) * 1000, slow
