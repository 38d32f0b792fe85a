"""A load runs while a single node of Cassandra is killed, paused and cut off: no timeline differs, all is pushed."""

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import cast

import pytest

from tests.e2e.perch_process import PerchProcess, WorkProcess, run_app
from tests.engines.own_cassandra import OwnCassandra
from tests.engines.own_dynalite import OwnDynalite
from tests.engines.proxy import Proxy
from tests.engines.test_work import ADMIN, LETTERS, administrator
from tests.engines.until import until
from tests.faults.report import record
from tests.faults.test_dynamodb_outages import (
    LOAD_SECONDS,
    NONE_DIFFERS,
    PUSHED_SECONDS,
    Outages,
    files,
    real_data,
    unpushed,
)
from tests.integration.effort import LONG

__all__ = ["files", "real_data"]

START_SECONDS = 120.0
OUTAGES_MIN = 20 if LONG else 3


@pytest.fixture
def proxy(breakable_cassandra: OwnCassandra) -> Iterator[Proxy]:
    with Proxy(breakable_cassandra.port) as running:
        yield running


@pytest.fixture
def settings(postgres_database: str, breakable_cassandra: OwnCassandra, proxy: Proxy) -> Mapping[str, str]:
    """Of processes on a new database, with timelines in Cassandra behind the proxy."""
    found = {
        "DATABASE_URL": postgres_database,
        "ADMIN_TOKEN": ADMIN[1],
        "TIMELINES_URL": breakable_cassandra.url("outages", proxy.port),
    }
    outcome = run_app("migrate", seconds=START_SECONDS, **found)
    assert outcome.returncode == 0, outcome.stderr
    return found


@pytest.fixture
def serves(settings: Mapping[str, str], tmp_path: Path) -> Iterator[Sequence[PerchProcess]]:
    """Two processes that serve, and one that works."""
    with ExitStack() as stack:
        stack.enter_context(WorkProcess(tmp_path / "work.log", **settings))
        yield [stack.enter_context(PerchProcess(tmp_path / f"serve-{at}.log", **settings)) for at in range(2)]
    for log in tmp_path.glob("*.log"):
        assert "Traceback" not in log.read_text()


@pytest.mark.timeout(0 if LONG else 600)
def test_no_timeline_differs(
    serves: Sequence[PerchProcess],
    files: list[object],
    settings: Mapping[str, str],
    breakable_cassandra: OwnCassandra,
    proxy: Proxy,
) -> None:
    options = ["--sample", 5, "--prefix", "cassandra-", *files]
    outages = Outages(cast("OwnDynalite", breakable_cassandra), proxy)
    with outages.going_on():
        loaded = run_app("load", "--url", serves[0].url, *options, seconds=LOAD_SECONDS)
        checked = [_check(serves[1], options)]
        while outages.count < OUTAGES_MIN:
            checked.append(_check(serves[0], options))
    for outcome in (loaded, *checked, _check(serves[0], options)):
        said = f"{outcome.stdout}\n{outcome.stderr}\n{serves[0].log()}"
        assert outcome.returncode == 0, said
        assert NONE_DIFFERS in outcome.stdout, said
    record("Cassandra killed, paused and cut off", outages=outages.count, differ=0)
    with administrator(serves[0]) as admin:
        admin("POST", f"{LETTERS}/redrive", {"all": True})
    until(lambda: unpushed(settings["DATABASE_URL"]) == 0, PUSHED_SECONDS)
    pushed = _check(serves[1], options)
    assert NONE_DIFFERS in pushed.stdout, pushed.stdout


def _check(serve: PerchProcess, options: Sequence[object]) -> "subprocess.CompletedProcess[str]":
    return run_app("load", "--url", serve.url, "--check", *options, seconds=LOAD_SECONDS)
