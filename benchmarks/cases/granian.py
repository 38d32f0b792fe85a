"""The home timeline served by granian, against the same Perch served by waitress."""

import importlib.util
from collections.abc import Iterator
from dataclasses import fields

from app.config import Settings
from benchmarks.cases.requests import HOME, RATE_SECONDS, READER, fill
from benchmarks.figure import LeftOut, Row, at_least, ratio
from benchmarks.load import milliseconds_at, p50, p99, rates_in_turns, warm
from benchmarks.service import request, running_service

NAME = "home timeline on granian"
ROUNDS = 5
LATENCY_SECONDS = 1.5
READ = request(*HOME, READER)


def measure() -> Iterator[Row]:
    """Its rate, and its latency at half of what waitress can do."""
    if importlib.util.find_spec("granian") is None:
        yield LeftOut(NAME, "granian is not installed")
        return
    if "server" not in {field.name for field in fields(Settings)}:
        yield LeftOut(NAME, "Perch has no setting SERVER")
        return
    with running_service(SERVER="waitress") as waitress, running_service(SERVER="granian") as granian:
        services = (granian, waitress)
        for service in services:
            fill(service)
        warm(services, [READ])
        of_granian, of_waitress = rates_in_turns(services, [READ], RATE_SECONDS, ROUNDS)
        yield ratio(f"{NAME}: rate", of_granian, "on waitress", of_waitress, "/s", at_least(3))
        rate = sorted(of_waitress)[ROUNDS // 2] / 2
        by_round = [
            [milliseconds_at(service, [READ], rate, LATENCY_SECONDS) for service in services] for _ in range(ROUNDS)
        ]
        for share_name, share in (("p50", p50), ("p99", p99)):
            granians, waitresses = ([share(of_round[at]) for of_round in by_round] for at in range(2))
            yield ratio(f"{NAME}: {share_name} at {rate:,.0f}/s", granians, "on waitress", waitresses, "ms")
