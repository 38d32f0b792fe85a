"""Publishing by sixteen clients against pgbench with as many connections, each with an INSERT and commit at a time."""

import random
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString

from benchmarks.cases.postgres.worlds import TEXT, environment, name_of, whole_perch
from benchmarks.closed_loop import requests_a_second
from benchmarks.engines import database, postgres_program
from benchmarks.figure import LeftOut, Row, at_least, ratio
from benchmarks.service import request, running_service
from benchmarks.turns import calls_a_second
from cluster.engines.postgres import PostgresServer
from usecases.publish_tweet import NEVER_PULLED

ROUNDS = 7
SECONDS = 2
CLIENTS = 16
AUTHORS = [f"author-{number}" for number in range(1, 10_001)]
REQUESTS = [request("POST", "/v1/tweets", author, f'{{"text": "{TEXT}"}}'.encode()) for author in AUTHORS]
SETTINGS = {"DATABASE_CONNECTIONS": str(CLIENTS), "THREADS": str(CLIENTS), "MAX_IN_FLIGHT": str(2 * CLIENTS)}

TABLE: LiteralString = """
    CREATE TABLE bare_tweets (id bigserial PRIMARY KEY, author_id text COLLATE "C" NOT NULL, body text NOT NULL)
"""
INDEX: LiteralString = "CREATE UNIQUE INDEX ON bare_tweets (author_id, id)"
SCRIPT = """
\\set author random(1, 10000)
INSERT INTO bare_tweets (author_id, body)
VALUES ('author-' || :author, 'A tweet of a usual length, for those who read');
"""
TPS = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)


def measure(server: PostgresServer) -> Iterator[Row]:
    """Yields the rates through the store and over HTTP."""
    program = postgres_program("pgbench")
    if program is None:
        yield LeftOut("publish on PostgreSQL", "pgbench is not installed")
        return
    with database(server) as url, _pgbench(server, program, url) as pgbench:
        rates = _in_turns(url, pgbench)
    threads, http, simple, prepared = rates
    for way, of_perch in ((f"by {CLIENTS} threads", threads), (f"over HTTP by {CLIENTS} clients", http)):
        yield ratio(f"publish {way}: rate", of_perch, "pgbench", simple, "/s", at_least(0.6))
        yield ratio(f"publish {way}: rate", of_perch, "pgbench, prepared", prepared, "/s")


def _in_turns(url: str, pgbench: "_Pgbench") -> list[list[float]]:
    """Returns the rates by threads, over HTTP, and of pgbench with and without a prepared statement."""
    with (
        whole_perch(environment(url, **SETTINGS)) as perch,
        running_service(**environment(url, **SETTINGS)) as service,
    ):
        publish = perch.adapters.tweets.publish
        works: list[Callable[[], float]] = [
            lambda: calls_a_second(
                lambda: publish(random.choice(AUTHORS), TEXT, pull_from=NEVER_PULLED, key=None), CLIENTS, SECONDS
            ),
            lambda: requests_a_second(service.port, REQUESTS, SECONDS, CLIENTS),
            lambda: pgbench.transactions_a_second("simple"),
            lambda: pgbench.transactions_a_second("prepared"),
        ]
        for work in works:  # fills caches and pools
            work()
        by_round = [[work() for work in works] for _ in range(ROUNDS)]
    return [list(of_work) for of_work in zip(*by_round, strict=True)]


@dataclass(frozen=True, slots=True)
class _Pgbench:
    """PostgreSQL's own load program, which uses little CPU."""

    program: Path
    script: Path
    url: str

    def transactions_a_second(self, protocol: str) -> float:
        options = [f"--file={self.script}", f"--client={CLIENTS}", f"--time={SECONDS}", f"--protocol={protocol}"]
        command = [str(self.program), "--no-vacuum", *options, self.url]
        run = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - PostgreSQL's own
        found = TPS.search(run.stdout)
        if found is None:
            raise RuntimeError(f"pgbench said {run.stdout!r}")
        return float(found[1])


@contextmanager
def _pgbench(server: PostgresServer, program: Path, url: str) -> Iterator[_Pgbench]:
    """Makes a table with the columns and indexes of the tweets, and yields what writes to it."""
    for statement in (TABLE, INDEX):
        server.execute(statement, database=name_of(url))
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(SCRIPT)
        script.flush()
        yield _Pgbench(program, Path(script.name), url)
