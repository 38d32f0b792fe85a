"""The home timeline from `app.wsgi` on granian, against the same Perch on waitress; each runs on one CPU."""

import importlib.util
import statistics
from collections.abc import Iterator

from benchmarks.cases.requests import HOME, RATE_SECONDS, READER, fill
from benchmarks.figure import LeftOut, Row, ratio
from benchmarks.load import PERCENTILES, latencies_in_turns, rates_in_turns, warm
from benchmarks.service import Service, request, running_granian, running_service

NAME = "home timeline on granian"
ROUNDS = 5
LATENCY_SECONDS = 1.5
READ = request(*HOME, READER)


def measure() -> Iterator[Row]:
    """Yields the rate, and the latency at half of waitress's rate."""
    if importlib.util.find_spec("granian") is None:
        yield LeftOut(NAME, "granian is not installed")
        return
    with running_service() as waitress, running_granian() as granian:
        fill(waitress)
        fill(granian)
        warm([granian, waitress], [READ])
        of_granian, of_waitress = rates_in_turns([granian, waitress], [READ], RATE_SECONDS, ROUNDS)
        yield ratio(f"{NAME}: rate", of_granian, "on waitress", of_waitress, "/s")
        yield from _latencies(granian, waitress, statistics.median(of_waitress) / 2)


def _latencies(granian: Service, waitress: Service, rate: float) -> Iterator[Row]:
    of_granian, of_waitress = latencies_in_turns([granian, waitress], [READ], rate, LATENCY_SECONDS, ROUNDS)
    for name, share in PERCENTILES:
        granians, waitresses = map(share, of_granian), map(share, of_waitress)
        yield ratio(f"{NAME}: {name} at {rate:,.0f}/s", list(granians), "on waitress", list(waitresses), "ms")
