"""The settings of the process, each against the defaults in turns.

Clients read while a hub publishes to 9,000 followers ten times a second and the worker pushes.
"""

import statistics
from collections.abc import Iterator

from benchmarks.closed_loop import requests_a_second
from benchmarks.cpus import ALL, SERVICE
from benchmarks.figure import Row, ratio
from benchmarks.load import milliseconds_at, p99, publishing, warm
from benchmarks.service import Service, request, running_world
from benchmarks.worlds import HUB, READERS

WORLD = "hub"
ROUNDS = 3
RATE_SECONDS = 0.7
LATENCY_SECONDS = 1.3
PUBLISH_EVERY_SECONDS = 0.1
READS = [request("GET", "/v1/users/me/timeline", reader) for reader in READERS]
PUBLISH = request("POST", "/v1/tweets", HUB, b'{"text": "A tweet of a usual length, to everybody who follows"}')

VARIANTS = (
    {"CPUS": "all"},
    {"THREADS": "1"},
    {"THREADS": "2"},
    {"THREADS": "8"},
    {"THREADS": "16"},
    {"SWITCH_INTERVAL": "0.0005"},
    {"SWITCH_INTERVAL": "0.001"},
    {"SWITCH_INTERVAL": "0.02"},
)
"""Environment variables. SWITCH_INTERVAL is not a setting of Perch; the interpreter's default is 0.005 s."""


def measure() -> Iterator[Row]:
    """Yields the capacity, and the p99 at half of the capacity with the defaults."""
    with running_world(WORLD) as default:
        warm((default,), READS)
        half = statistics.median(_rate(default) for _ in range(ROUNDS)) / 2
        for variant in VARIANTS:
            name = ", ".join(f"{setting}={value}" for setting, value in variant.items())
            with running_world(WORLD, cpus=ALL if "CPUS" in variant else SERVICE, **variant) as other:
                yield from _against_default(name, other, default, half)


def _against_default(name: str, other: Service, default: Service, half: float) -> Iterator[Row]:
    warm((other,), READS)
    rates = [(_rate(other), _rate(default)) for _ in range(ROUNDS)]
    slow = [(_p99(other, half), _p99(default, half)) for _ in range(ROUNDS)]
    for shown, rounds, unit in ((f"{name}: rate", rates, "/s"), (f"{name}: p99 at {half:,.0f}/s", slow, "ms")):
        others, defaults = zip(*rounds, strict=True)
        yield ratio(shown, others, "the defaults", defaults, unit)


def _rate(service: Service) -> float:
    with publishing(service, PUBLISH, PUBLISH_EVERY_SECONDS):
        return requests_a_second(service.port, READS, RATE_SECONDS)


def _p99(service: Service, rate: float) -> float:
    with publishing(service, PUBLISH, PUBLISH_EVERY_SECONDS):
        return p99(milliseconds_at(service, READS, rate, LATENCY_SECONDS))
