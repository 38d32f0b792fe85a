"""The home timeline served by granian, against the same Perch served by waitress; each on one CPU."""

import importlib.util
import statistics
from collections.abc import Iterator

from benchmarks.bare import Exchange
from benchmarks.cases.requests import HOME, RATE_SECONDS, READER, fill
from benchmarks.figure import LeftOut, Row, at_least, ratio
from benchmarks.load import milliseconds_at, p50, p99, rates_in_turns, warm
from benchmarks.service import Service, request, running_bare, running_service

NAME = "home timeline on granian"
ROUNDS = 5
LATENCY_SECONDS = 1.5
READ = request(*HOME, READER)


def measure() -> Iterator[Row]:
    """Its rate, and its latency at half of what waitress can do."""
    if importlib.util.find_spec("granian") is None:
        yield LeftOut(NAME, "granian is not installed")
        return
    with running_service() as waitress, running_service(SERVER="granian") as granian:
        fill(waitress)
        fill(granian)
        exchange = Exchange.of(*HOME, waitress.ask(READ))
        with (
            running_bare("flask", exchange, "granian") as flask,
            running_bare("wsgi", exchange, "granian") as wsgi,
            running_bare("wsgi", exchange) as wsgi_on_waitress,
        ):
            yield from _rates(granian, waitress, flask, wsgi, wsgi_on_waitress)
        yield from _latencies(granian, waitress)


def _rates(*services: Service) -> Iterator[Row]:
    warm(services, [READ])
    of_granian, of_waitress, of_flask, of_wsgi, of_wsgi_on_waitress = rates_in_turns(
        services, [READ], RATE_SECONDS, ROUNDS
    )
    yield ratio(f"{NAME}: rate", of_granian, "on waitress", of_waitress, "/s", at_least(3))
    yield ratio(f"{NAME}: rate", of_granian, "bare Flask view on granian", of_flask, "/s")
    yield ratio("bare WSGI app on granian: rate", of_wsgi, "on waitress", of_wsgi_on_waitress, "/s")


def _latencies(granian: Service, waitress: Service) -> Iterator[Row]:
    rate = statistics.median(rates_in_turns([waitress], [READ], RATE_SECONDS, ROUNDS)[0]) / 2
    by_round = [
        [milliseconds_at(service, [READ], rate, LATENCY_SECONDS) for service in (granian, waitress)]
        for _ in range(ROUNDS)
    ]
    for share_name, share in (("p50", p50), ("p99", p99)):
        granians, waitresses = ([share(of_round[at]) for of_round in by_round] for at in range(2))
        yield ratio(f"{NAME}: {share_name} at {rate:,.0f}/s", granians, "on waitress", waitresses, "ms")
