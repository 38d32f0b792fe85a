"""Load on services: their capacity, and the latency of requests at a given rate."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace

from benchmarks.closed_loop import ACCEPTED, requests_a_second
from benchmarks.open_loop import PATIENCE_SECONDS, OpenLoop, Outcome, percentile
from benchmarks.service import Connection, Service

OPEN_CONNECTIONS = 15
"""Together with a publisher this is Perch's `MAX_IN_FLIGHT`, so that nothing is refused.

A request that waits for a connection waits in the load, and this time counts.
"""

WARM_SECONDS = 0.3


def warm(services: Sequence[Service], requests: Sequence[bytes]) -> None:
    """Fills the caches of the services, which slow down the first requests."""
    for service in services:
        requests_a_second(service.port, requests, WARM_SECONDS)


def rates_in_turns(
    services: Sequence[Service], requests: Sequence[bytes], seconds: float, rounds: int
) -> list[list[float]]:
    """Returns the requests answered a second in a closed loop, by service and round."""
    by_round = [[requests_a_second(service.port, requests, seconds) for service in services] for _ in range(rounds)]
    return [list(of_service) for of_service in zip(*by_round, strict=True)]


def outcomes_at(service: Service, requests: Sequence[bytes], rate: float, seconds: float) -> list[Outcome]:
    """Returns the outcomes in an open loop; a request without an answer in `ACCEPTED` counts `PATIENCE_SECONDS`."""
    outcomes = OpenLoop(service.port, requests, rate, seconds, OPEN_CONNECTIONS).run()
    counted = [
        outcome if outcome.status in ACCEPTED else replace(outcome, seconds=PATIENCE_SECONDS) for outcome in outcomes
    ]
    never_answered = range(len(outcomes), int(rate * seconds))
    return counted + [Outcome(0, PATIENCE_SECONDS, number % len(requests)) for number in never_answered]


def milliseconds_at(service: Service, requests: Sequence[bytes], rate: float, seconds: float) -> list[float]:
    """Returns the latency of each request, from the time when it was due to the end of its answer."""
    return [outcome.seconds * 1000 for outcome in outcomes_at(service, requests, rate, seconds)]


def latencies_in_turns(
    services: Sequence[Service], requests: Sequence[bytes], rate: float, seconds: float, rounds: int
) -> list[list[list[float]]]:
    """Returns the latency of each request in an open loop, by service and round."""
    by_round = [[milliseconds_at(service, requests, rate, seconds) for service in services] for _ in range(rounds)]
    return [list(of_service) for of_service in zip(*by_round, strict=True)]


def p50(milliseconds: Sequence[float]) -> float:
    return percentile(milliseconds, 0.5)


def p99(milliseconds: Sequence[float]) -> float:
    return percentile(milliseconds, 0.99)


PERCENTILES = (("p50", p50), ("p99", p99))


@contextmanager
def publishing(service: Service, request: bytes, every_seconds: float) -> Iterator[None]:
    """Publishes at this interval inside the `with` block, in addition to the load."""
    done = threading.Event()
    publisher = threading.Thread(target=_publish_until, args=(service, request, every_seconds, done))
    publisher.start()
    try:
        yield
    finally:
        done.set()
        publisher.join()


def _publish_until(service: Service, request: bytes, every_seconds: float, done: threading.Event) -> None:
    with closing(Connection(service.port)) as connection:
        while not done.wait(every_seconds):
            connection.ask(request)
