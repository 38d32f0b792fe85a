"""What is measured alike on every engine of timelines beside PostgreSQL."""

from contextlib import ExitStack

from benchmarks.bare import Exchange
from benchmarks.cases.postgres.worlds import FIRST_MS, environment, reader_among
from benchmarks.cases.reads import PATH
from benchmarks.engines import database
from benchmarks.figure import Figure, at_least, ratio
from benchmarks.load import rates_in_turns, warm
from benchmarks.service import request, running_bare, running_service
from benchmarks.turns import ROUNDS
from benchmarks.worlds import READER
from cluster.engines.postgres import PostgresServer

READ = request("GET", PATH, READER)
TWEETS_STORED = 10_000


def over_http(engine: str, server: PostgresServer, timelines: str, least: float, first_ms: int = FIRST_MS) -> Figure:
    """Returns the rate of one process that serves a home timeline of forty followees, and how high it must be."""
    with ExitStack() as stack:
        url = stack.enter_context(database(server, timelines))
        reader_among(server, url, timelines, TWEETS_STORED, first_ms)
        perch = stack.enter_context(running_service(**environment(url, timelines)))
        perch.ask(READ)  # makes the timeline ready
        flask = stack.enter_context(running_bare("flask", Exchange.of("GET", PATH, perch.ask(READ))))
        warm((perch, flask), [READ])
        of_perch, of_flask = rates_in_turns((perch, flask), [READ], 1.0, ROUNDS)
    name = f"home timeline by timelines in {engine}: rate"
    return ratio(name, of_perch, "bare Flask view", of_flask, "/s", at_least(least))
