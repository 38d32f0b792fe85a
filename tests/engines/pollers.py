"""Pollers, in processes of their own, that read what several authors publish at the same time."""

import multiprocessing
import random
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import LiteralString

import psycopg

from infrastructure.postgres.tweets import PostgresTweets
from tests.engines.sessions import connect, publish
from tests.fakes.postgres import OPTIONS, opened

AUTHORS = [f"author{number}" for number in range(12)]
PAGE = 300
STALL_SECONDS = 0.02
PAUSE_SECONDS = 0.02

END_OWN_SESSION: LiteralString = "SELECT pg_terminate_backend(pg_backend_pid())"


@dataclass(slots=True)
class Poller:
    """A client that asks again and again for the tweets since its last poll."""

    since_id: int = 0
    seen: list[int] = field(default_factory=list)

    def poll(self, tweets: PostgresTweets) -> None:
        frontier = tweets.frontier()
        found: list[int] = []
        high = frontier + 1
        while page := tweets.newest(AUTHORS, self.since_id, high, PAGE):
            found += page
            high = page[-1]
        self.seen += reversed(found)
        self.since_id = max(self.since_id, frontier)


def poll_many_times(url: str, pollers: int, polls: int) -> list[Poller]:
    """Lets several pollers poll at the same time, which share connections and looks at the frontier."""

    def poll_on(tweets: PostgresTweets) -> Poller:
        poller = Poller()
        for _ in range(polls):
            poller.poll(tweets)
        return poller

    with opened(url, OPTIONS) as stores, ThreadPoolExecutor(pollers) as pool:
        return list(pool.map(poll_on, [stores.tweets] * pollers))


def pollers_in_processes(url: str, processes: int, pollers: int, polls: int) -> list[Poller]:
    """Runs so many processes, each with several pollers; returns all of them after their last poll."""
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
        running = [pool.submit(poll_many_times, url, pollers, polls) for _ in range(processes)]
        return [poller for each in running for poller in each.result()]


@contextmanager
def writers(url: str) -> Iterator[None]:
    """Until the end of the context, each author publishes; raises what ended one of them."""
    stopping = threading.Event()
    with ThreadPoolExecutor(len(AUTHORS)) as pool:
        writing = [pool.submit(_Writer(url, author).write_until, stopping) for author in AUTHORS]
        try:
            yield
        finally:
            stopping.set()
        _raise_errors(writing)


def _raise_errors(running: "Sequence[Future[None]]") -> None:
    for each in running:
        each.result()


class _Writer:
    """An author whose transactions stall before their commit, roll back, or die with their session."""

    def __init__(self, url: str, author: str) -> None:
        self._url = url
        self._author = author
        self._chance = random.Random(author)

    def write_until(self, stopping: threading.Event) -> None:
        while not stopping.is_set():
            # The server ends the session, or the rollback ends the block.
            with suppress(psycopg.errors.AdminShutdown), connect(self._url) as connection:
                while not stopping.wait(self._chance.uniform(0, PAUSE_SECONDS)):
                    self._write(connection)

    def _write(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        fate = self._chance.random()
        with connection.transaction():
            publish(connection, self._author)
            if fate < 0.6:
                time.sleep(self._chance.uniform(0, STALL_SECONDS))
            if fate < 0.1:
                raise psycopg.Rollback
            if fate < 0.13:
                connection.execute(END_OWN_SESSION)
