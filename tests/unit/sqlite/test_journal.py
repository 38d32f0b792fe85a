"""Commits: what they group, what they answer, and what a failure leaves behind."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from domain.errors import Unavailable
from infrastructure.sqlite.journal import GROUP_MAX, Journal
from tests.fakes.databases import opened
from tests.unit.sqlite.gate import WAIT_SECONDS, Gate

CANNOT = "disk I/O error"


@dataclass
class Deed:
    """Writes its name to the file and then to a list."""

    name: str
    done: list[str]
    touches: object = field(default_factory=object)

    def write(self, database: sqlite3.Connection) -> None:
        database.execute("INSERT INTO deeds VALUES (?)", (self.name,))

    def apply(self) -> str:
        self.done.append(self.name)
        return self.name


class Unappliable(Deed):
    def apply(self) -> str:
        raise MemoryError


class Bench:
    """A journal on a file in memory, whose commits stop at a gate, and deeds that are begun one after the other."""

    def __init__(self, patience_seconds: float = WAIT_SECONDS) -> None:
        self.gate = Gate()
        self.database = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self.database.executescript(
            "CREATE TABLE deeds (name TEXT); CREATE TABLE kept_values (name TEXT PRIMARY KEY, value TEXT);"
        )
        self.journal = Journal(self.database, self.gate.at, patience_seconds)
        self.journal.thread.start()
        self.done: list[str] = []
        self._pool = ThreadPoolExecutor(GROUP_MAX + 10)

    def begin(self, name: str, touches: object = None, kind: type[Deed] = Deed) -> Future[str]:
        """Begins a deed, which waits for its commit then."""
        waiting = self.journal._waiting.qsize()
        made = self._pool.submit(self.journal.make, kind(name, self.done, touches or object()))
        until(lambda: self.journal._waiting.qsize() > waiting)
        return made

    def begin_behind_a_commit(self, *names: str) -> tuple[Future[str], list[Future[str]]]:
        """Begins these deeds while the commit of another one stands at the gate."""
        self.gate.close("before the commit")
        first = self._pool.submit(self.journal.make, Deed("first", self.done))
        self.gate.await_arrival()
        return first, [self.begin(name) for name in names]

    def written(self) -> list[str]:
        return [name for (name,) in self.database.execute("SELECT name FROM deeds ORDER BY rowid")]

    def groups(self) -> tuple[float, float]:
        """How many commits there were, and how many writes in them."""
        [family] = [each for each in self.journal.metrics.collect() if each.name == "perch_journal_commit_writes"]
        values = {sample.name: sample.value for sample in family.samples}
        return values["perch_journal_commit_writes_count"], values["perch_journal_commit_writes_sum"]

    def close(self) -> None:
        self.gate.open()
        self.journal.close(WAIT_SECONDS)
        self._pool.shutdown()
        self.database.close()


def until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not happened():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.001)


@pytest.fixture
def bench() -> Iterator[Bench]:
    with closing(Bench()) as made:
        yield made


def test_what_waits_for_a_commit_shares_the_next(bench: Bench) -> None:
    first, others = bench.begin_behind_a_commit(*[f"deed {number}" for number in range(50)])

    bench.gate.open()

    assert [each.result(WAIT_SECONDS) for each in (first, *others)] == bench.done == bench.written()
    assert bench.groups() == (2, 51)


def test_a_commit_is_no_larger_than_the_bound(bench: Bench) -> None:
    _, others = bench.begin_behind_a_commit(*[f"deed {number}" for number in range(GROUP_MAX + 5)])

    bench.gate.open()

    for each in others:
        each.result(WAIT_SECONDS)
    assert bench.groups() == (3, GROUP_MAX + 6)


def test_what_touches_the_same_goes_into_the_next_commit_in_order(bench: Bench) -> None:
    bench.begin_behind_a_commit()
    others = [bench.begin(name, touches="a pair") for name in ("follow", "unfollow", "follow again")]
    others.append(bench.begin("another"))

    bench.gate.open()

    assert [each.result(WAIT_SECONDS) for each in others] == bench.done[1:] == bench.written()[1:]
    assert bench.groups() == (4, 5)


def test_a_commit_that_fails_fails_all_of_its_group_and_changes_nothing(bench: Bench) -> None:
    first, others = bench.begin_behind_a_commit("second", "third")
    bench.gate.fail(sqlite3.OperationalError(CANNOT))

    for each in (first, *others):
        with pytest.raises(Unavailable, match=CANNOT) as refused:
            each.result(WAIT_SECONDS)
        assert refused.value.retry_after_seconds == 1
    assert bench.done == bench.written() == []


def test_writes_are_refused_at_once_until_the_file_can_be_written_to_again(bench: Bench) -> None:
    first, _ = bench.begin_behind_a_commit()
    bench.gate.fail(sqlite3.OperationalError(CANNOT))
    assert isinstance(first.exception(WAIT_SECONDS), Unavailable)
    assert not bench.journal.is_writable()
    with pytest.raises(Unavailable, match=CANNOT):
        bench.journal.make(Deed("too early", bench.done))

    bench.gate.open()

    until(bench.journal.is_writable)
    assert bench.journal.make(Deed("in time", bench.done)) == "in time"
    assert bench.written() == bench.done == ["in time"]


def test_a_change_that_cannot_be_applied_keeps_no_other_from_its_answer(bench: Bench) -> None:
    bench.begin_behind_a_commit()
    spoilt = bench.begin("spoilt", kind=Unappliable)
    after = bench.begin("after")

    bench.gate.open()

    with pytest.raises(MemoryError):
        spoilt.result(WAIT_SECONDS)
    assert after.result(WAIT_SECONDS) == "after"
    assert bench.journal.make(Deed("later", bench.done)) == "later"


def test_what_waits_too_long_is_given_up_and_never_done() -> None:
    with closing(Bench(patience_seconds=1.0)) as bench:
        _, [late] = bench.begin_behind_a_commit("late")
        with pytest.raises(Unavailable, match="too slow"):
            late.result(WAIT_SECONDS)
        bench.gate.open()
        until(bench.journal._waiting.empty)
        assert bench.done == bench.written() == ["first"]


def test_closing_commits_what_waits() -> None:
    bench = Bench()
    _, others = bench.begin_behind_a_commit("second", "third")
    closed = threading.Thread(target=bench.close)
    closed.start()
    closed.join(WAIT_SECONDS)
    assert [each.result(WAIT_SECONDS) for each in others] == ["second", "third"]
    assert bench.done == ["first", "second", "third"]


def test_closing_leaves_a_commit_alone_that_does_not_end(bench: Bench) -> None:
    first, _ = bench.begin_behind_a_commit()
    assert not bench.journal.close(0.05)
    bench.gate.open()
    assert first.result(WAIT_SECONDS) == "first"


def test_the_end_of_the_thread_in_a_commit_fails_its_writes_and_the_next_thread_continues(tmp_path: Path) -> None:
    ended: list[str] = []

    def end(step: str) -> None:
        if not ended:
            ended.append(step)
            raise SystemExit

    with opened(tmp_path / "perch.db", at=end) as stores:
        thread = stores.journal.thread

        def is_revived() -> bool:
            thread.revive()
            return thread.restarts == 1

        with pytest.raises(Unavailable):
            stores.graph.follow("bob", "alice")
        until(is_revived)
        until(stores.journal.is_writable)
        assert stores.graph.follow("bob", "alice")
