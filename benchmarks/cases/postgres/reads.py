"""Home timelines over HTTP against a bare Flask view, and reads with many stored tweets against reads with few."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import LiteralString

import psycopg

from benchmarks.bare import Exchange
from benchmarks.cases.postgres.worlds import BY, environment, reader_among, whole_perch
from benchmarks.cases.reads import PAGE_1, PATH, read
from benchmarks.engines import database
from benchmarks.figure import Figure, at_least, at_most, ratio
from benchmarks.load import rates_in_turns, warm
from benchmarks.service import request, running_bare, running_service
from benchmarks.turns import ROUNDS, compare, in_turns
from benchmarks.worlds import READER
from cluster.engines.postgres import PostgresServer

READ = request("GET", PATH, READER)
RATE_SECONDS = 1.0
FEW, MANY = 10_000, 1_000_000
REPEAT = 100

BARE: LiteralString = "SELECT id, author_id, body FROM tweets ORDER BY id DESC LIMIT 20"


def measure(server: PostgresServer) -> Iterator[Figure]:
    """Yields all figures."""
    yield from over_http(server)
    for timelines in BY:
        yield stored_tweets(server, timelines)


def over_http(server: PostgresServer) -> Iterator[Figure]:
    """Yields the rates of one process that serves a home timeline of forty followees, for each way to make it."""
    with ExitStack() as stack:
        perches = []
        for timelines in BY:
            url = stack.enter_context(database(server, timelines))
            reader_among(server, url, timelines, FEW)
            perches.append(stack.enter_context(running_service(**environment(url, timelines))))
        pages = [Exchange.of("GET", PATH, perch.ask(READ)) for perch in perches]
        if len({(page.status, page.body) for page in pages}) > 1:
            raise RuntimeError("the pages differ")
        flask = stack.enter_context(running_bare("flask", pages[0]))
        warm((*perches, flask), [READ])
        *of_perches, of_flask = rates_in_turns((*perches, flask), [READ], RATE_SECONDS, ROUNDS)
    for way, of_perch in zip(BY.values(), of_perches, strict=True):
        yield ratio(f"home timeline by {way}: rate", of_perch, "bare Flask view", of_flask, "/s", at_least(0.15))


def stored_tweets(server: PostgresServer, timelines: str) -> Figure:
    """Returns the time of the same page with many stored tweets against that with few, without HTTP."""
    with ExitStack() as stack:
        works = []
        for tweets in (MANY, FEW):
            url = stack.enter_context(database(server, timelines))
            reader_among(server, url, timelines, tweets)
            works.append(read(stack.enter_context(whole_perch(environment(url, timelines)))))
        many, few = in_turns(works, repeat=REPEAT)
    name = f"{PAGE_1} by {BY[timelines]}, {MANY:,} tweets stored"
    return ratio(name, many, f"{FEW:,} stored", few, "µs", at_most(1.3))


def bare_statements(server: PostgresServer, rounds: int) -> Iterator[Figure]:
    """Yields the time of a page of a prepared timeline, without HTTP, against the fewest statements that it needs."""
    with database(server) as url:
        reader_among(server, url, "postgresql", FEW)
        with whole_perch(environment(url)) as parts, psycopg.connect(url, autocommit=True) as connection:

            def three_statements() -> None:
                for _ in range(3):
                    connection.execute(BARE).fetchall()

            name = f"{PAGE_1} by prepared timelines"
            yield compare(name, read(parts), "three bare statements", three_statements, repeat=REPEAT, rounds=rounds)
