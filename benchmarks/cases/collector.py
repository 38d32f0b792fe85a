"""The pauses of the cycle collector with 1,000,000 stored tweets, while Perch serves reads and adds tweets."""

import json
import statistics
import time
from collections.abc import Iterator

from benchmarks.figure import Row, at_most, plain
from benchmarks.load import milliseconds_at, p99, rates_in_turns
from benchmarks.service import Service, request, running_world
from benchmarks.worlds import READER

WORLD = "million tweets"
NAME = "longest pause of the cycle collector, 1,000,000 tweets"
ROUNDS = 3
LATENCY_SECONDS = 4.0
READ = request("GET", "/v1/users/me/timeline", READER)
PAUSES = request("GET", "/benchmark/pauses", READER)
GROWING = request("GET", "/benchmark/growing", READER)
GROWS = b"\r\n\r\nyes"
POLL_SECONDS = 0.1
GROW = request("POST", "/benchmark/grow", READER)


def measure() -> Iterator[Row]:
    """Yields the longest pause and the p99 of reads."""
    with running_world(WORLD) as perch:
        rate = _half_load(perch)
        pauses, slowest = zip(*(_growing(perch, rate) for _ in range(ROUNDS)), strict=True)
    yield plain(NAME, pauses, "ms", at_most(20))
    yield plain(f"home timeline while 250,000 tweets are added: p99 at {rate:,.0f}/s", slowest, "ms")


def _half_load(perch: Service) -> float:
    return statistics.median(rates_in_turns((perch,), [READ], 1.0, ROUNDS)[0]) / 2


def _growing(perch: Service, rate: float) -> tuple[float, float]:
    """Returns the longest pause and the p99 of reads while tweets are added, in milliseconds."""
    perch.ask(PAUSES)
    perch.ask(GROW)
    slow = p99(milliseconds_at(perch, [READ], rate, LATENCY_SECONDS))
    while GROWS in perch.ask(GROWING):  # so that the next round starts after it
        time.sleep(POLL_SECONDS)
    pauses: list[float] = json.loads(perch.ask(PAUSES).partition(b"\r\n\r\n")[2])
    return max(pauses, default=0.0) * 1000, slow
