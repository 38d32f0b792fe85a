"""What `/metrics` and `/readyz` say of the journal."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.compose import Perch
from cluster.scrapes import Watch
from tests.built import built
from tests.fakes.databases import locked
from tests.http.client import Client
from tests.http.wire import InProcess

COMMITS = "perch_journal_commit_writes_count"
WRITES = "perch_journal_commit_writes_sum"
TIMED = "perch_journal_commit_seconds_count"
FAILURES = "perch_journal_failures_total"
WRITABLE = "perch_journal_writable"
COUNTED = {COMMITS, WRITES, TIMED, FAILURES, WRITABLE}

WRITABLE_SECONDS = 20.0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "perch.db"


@pytest.fixture
def perch(path: Path) -> Iterator[Perch]:
    with built({"DATABASE_URL": f"sqlite:///{path}"}) as made:
        yield made


@pytest.fixture
def watch(perch: Perch) -> Watch:
    return Watch(perch.metrics)


@pytest.fixture
def ann(perch: Perch) -> Client:
    return Client(InProcess(perch.app), "ann")


def test_every_write_is_in_one_commit(watch: Watch, ann: Client) -> None:
    def write() -> None:
        tweet = ann.publish()
        ann.follow("ben")
        ann.unfollow("ben")
        ann.delete(f"/v1/tweets/{tweet['id']}")

    changes = watch.changes(write)

    assert {name: by for name, by in changes.items() if name in COUNTED} == {COMMITS: 4, WRITES: 4, TIMED: 4}
    assert changes["perch_journal_commit_seconds_sum"] > 0


def test_reads_and_writes_that_change_nothing_commit_nothing(watch: Watch, ann: Client) -> None:
    ann.follow("ben")

    def read() -> None:
        ann.follow("ben")
        ann.unfollow("cat")
        ann.page("/v1/users/me/timeline")

    assert not watch.changes(read).keys() & COUNTED


def test_a_failed_commit_is_counted_and_told_until_writes_work_again(path: Path, watch: Watch, ann: Client) -> None:
    assert ann.get("/readyz").status == 200
    with locked(path):
        refused = ann.post("/v1/tweets", {"text": "hello"})
        assert (refused.status, refused.headers["Retry-After"]) == (503, "1")
        assert ann.get("/readyz").status == 503
        assert watch.now()[FAILURES] == 1
        assert watch.now()[WRITABLE] == 0
        assert ann.page("/v1/users/me/timeline")["data"] == []
    _await_writable(watch)
    assert ann.get("/readyz").status == 200
    ann.publish()


def _await_writable(watch: Watch) -> None:
    deadline = time.monotonic() + WRITABLE_SECONDS
    while not watch.now()[WRITABLE]:
        assert time.monotonic() < deadline, "writes never work again"
        time.sleep(0.01)
