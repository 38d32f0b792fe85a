"""Requests over HTTP, against a bare Flask view and a bare WSGI app that return the same bytes on the same server.

All three run on one CPU, where each of them is fastest, and the load runs on another CPU.
"""

import statistics
from collections.abc import Iterator, Sequence
from contextlib import closing

from benchmarks.bare import Exchange
from benchmarks.figure import Bound, Row, at_least, ratio
from benchmarks.load import PERCENTILES, latencies_in_turns, rates_in_turns, warm
from benchmarks.service import Connection, Service, request, running_bare, running_service

RATE_SECONDS = 0.7
LATENCY_SECONDS = 1.5
READER = "reader"
FOLLOWEES = 40
TWEETS = 400
TEXT = '{"text": "A tweet of a usual length, which is about as long as this one is, number %d"}'

HOME = ("GET", "/v1/users/me/timeline")
USERS_TWEETS = ("GET", "/v1/users/author-0/tweets")
PUBLISH = ("POST", "/v1/tweets")


def measure() -> Iterator[Row]:
    """Yields the figures for a home timeline, a user's tweets and a publication."""
    with running_service() as perch:
        fill(perch)
        yield from _against_bare("home timeline", perch, HOME, rounds=5, of_flask_view=at_least(1))
        yield from _against_bare("a user's tweets", perch, USERS_TWEETS, rounds=3)
        yield from _against_bare("publish", perch, PUBLISH, rounds=3, body=TEXT % 0, half_of=0)


def fill(perch: Service) -> None:
    """Makes the reader follow forty authors, and publishes their tweets."""
    with closing(Connection(perch.port)) as connection:
        for number in range(FOLLOWEES):
            connection.ask(request("PUT", f"/v1/users/me/following/author-{number}", READER))
        for number in range(TWEETS):
            connection.ask(request("POST", "/v1/tweets", f"author-{number % FOLLOWEES}", (TEXT % number).encode()))


def _against_bare(
    name: str,
    perch: Service,
    asked: tuple[str, str],
    rounds: int,
    body: str = "",
    half_of: int = 1,
    of_flask_view: Bound | None = None,
) -> Iterator[Row]:
    """Yields rates, and latencies at half the rate of Perch (`half_of` 0) or of the bare Flask view (1)."""
    sent = request(*asked, READER, body.encode())
    answer = perch.ask(sent)
    exchange = Exchange.of(*asked, answer)
    with running_bare("flask", exchange) as flask, running_bare("wsgi", exchange) as wsgi:
        services = (perch, flask, wsgi)
        for bare in (flask, wsgi):
            if not _same(answer, bare.ask(sent)):
                raise RuntimeError(f"the bare answer to {asked} differs")
        warm(services, [sent])
        rates = of_perch, of_flask, of_wsgi = rates_in_turns(services, [sent], RATE_SECONDS, rounds)
        yield ratio(f"{name}: rate", of_perch, "bare Flask view", of_flask, "/s", of_flask_view)
        yield ratio(f"{name}: rate", of_perch, "bare WSGI app", of_wsgi, "/s")
        yield from _latencies(name, services, sent, statistics.median(rates[half_of]) / 2, rounds)


def _latencies(name: str, services: Sequence[Service], sent: bytes, rate: float, rounds: int) -> Iterator[Row]:
    by_service = latencies_in_turns(services, [sent], rate, LATENCY_SECONDS, rounds)
    for share_name, share in PERCENTILES:
        of_perch, of_flask, of_wsgi = (list(map(share, of_service)) for of_service in by_service)
        named = f"{name}: {share_name} at {rate:,.0f}/s"
        yield ratio(named, of_perch, "bare Flask view", of_flask, "ms")
        yield ratio(named, of_perch, "bare WSGI app", of_wsgi, "ms")


def _same(answer: bytes, other: bytes) -> bool:
    """Compares two answers without their dates and the order of headers."""
    return _comparable(answer) == _comparable(other)


def _comparable(answer: bytes) -> tuple[list[bytes], bytes]:
    head, _, body = answer.partition(b"\r\n\r\n")
    return sorted(line for line in head.split(b"\r\n") if not line.startswith(b"Date: ")), body
