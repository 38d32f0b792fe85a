"""SQLite against memory, against a bare loop that commits the same rows, and against the SELECT of a start."""

import queue
import sqlite3
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

from benchmarks.figure import Row, at_least, at_most, ratio
from benchmarks.load import rates_in_turns, warm
from benchmarks.parts import build_parts, settings_of
from benchmarks.service import request, running_world
from benchmarks.turns import calls_a_second
from domain.delivery import RetryPolicy
from infrastructure.clock import SystemClock
from infrastructure.memory.stores import MemoryOptions
from infrastructure.sqlite.opening import DatabaseFile
from infrastructure.sqlite.stores import open_sqlite
from usecases.publish_tweet import PublishTweetRequest

ROUNDS = 5
SECONDS = 1.5
CLIENTS = 4
TEXT = "A tweet of a usual length, for those who read"
READ = request("GET", "/v1/users/me/timeline", "reader")

TWEETS, FOLLOWS = 1_000_000, 100_000
INSERT = "INSERT INTO tweets VALUES (?, ?, ?, ?)"


def measure() -> Iterator[Row]:
    """Yields reads, publishes and the start."""
    with tempfile.TemporaryDirectory() as folder:
        yield _reads(Path(folder))
        yield _publishes(Path(folder))
        yield _start(Path(folder) / "large.db")


def _reads(folder: Path) -> Row:
    with (
        running_world("reader", DATABASE_URL=f"sqlite:///{folder}/reads.db") as sqlite,
        running_world("reader") as memory,
    ):
        warm((sqlite, memory), [READ])
        of_sqlite, of_memory = rates_in_turns((sqlite, memory), [READ], SECONDS, ROUNDS)
    return ratio("home timeline on SQLite: rate", of_sqlite, "memory:", of_memory, "/s", at_least(0.97))


def _publishes(folder: Path) -> Row:
    perch = build_parts(settings_of(DATABASE_URL=f"sqlite:///{folder}/publishes.db")).perch
    bare = _BareLoop(folder / "bare.db")
    publish = perch.use_cases.publish.execute
    asked = PublishTweetRequest("author", TEXT)
    rates: tuple[list[float], list[float]] = [], []
    for _ in range(ROUNDS):
        for works, found in zip((lambda: publish(asked), bare.insert), rates, strict=True):
            found.append(calls_a_second(works, CLIENTS, SECONDS))
    perch.stop(SECONDS)
    bare.close()
    return ratio(
        "publish on SQLite, 4 threads: rate", rates[0], "bare loop of 4 threads", rates[1], "/s", at_least(0.7)
    )


class _BareLoop:
    """One thread commits what other threads hand over, all that waits in one commit, to a file opened as Perch does."""

    def __init__(self, path: Path) -> None:
        self._file = DatabaseFile(path)
        self._waiting: queue.SimpleQueue[Future[None] | None] = queue.SimpleQueue()
        self._last = 0
        self._thread = threading.Thread(target=self._commit_all)
        self._thread.start()

    def insert(self) -> None:
        done: Future[None] = Future()
        self._waiting.put(done)
        done.result()

    def close(self) -> None:
        self._waiting.put(None)
        self._thread.join()
        self._file.close()

    def _commit_all(self) -> None:
        database = self._file.database
        while (first := self._waiting.get()) is not None:
            group = [first]
            while not self._waiting.empty() and (more := self._waiting.get()) is not None:
                group.append(more)
            database.execute("BEGIN IMMEDIATE")
            for _ in group:
                self._last += 1
                database.execute(INSERT, (self._last, "author", TEXT, 0))
            database.execute("COMMIT")
            for done in group:
                done.set_result(None)


def _start(path: Path) -> Row:
    _fill(path)
    opened, selected = [], []
    for _ in range(3):
        started = time.perf_counter()
        open_sqlite(path, MemoryOptions(RetryPolicy(5, lambda: 1.0)), SystemClock()).close()
        opened.append(time.perf_counter() - started)
        started = time.perf_counter()
        with sqlite3.connect(path) as database:
            for table in ("tweets", "follows"):
                database.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608 - two fixed names
        selected.append(time.perf_counter() - started)
        database.close()
    return ratio("start with 1,000,000 tweets, 100,000 follows", opened, "SELECT alone", selected, "s", at_most(10))


def _fill(path: Path) -> None:
    file = DatabaseFile(path)
    file.database.execute("BEGIN IMMEDIATE")
    tweets = ((at, f"author-{at % 1000}", TEXT, 0) for at in range(1, TWEETS + 1))
    file.database.executemany(INSERT, tweets)
    follows = ((at, f"user-{at}", f"author-{at % 1000}") for at in range(1, FOLLOWS + 1))
    file.database.executemany("INSERT INTO follows VALUES (?, ?, ?)", follows)
    file.database.execute("COMMIT")
    file.close()
