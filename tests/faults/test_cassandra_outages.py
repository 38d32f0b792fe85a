"""A load runs while a single node of Cassandra is killed, paused and cut off: no timeline differs, all is pushed."""

from collections.abc import Iterator, Mapping, Sequence

import pytest

from cluster.engines.own_cassandra import OwnCassandra
from cluster.engines.proxy import Proxy
from cluster.perch_process import PerchProcess, run_app
from tests.engines.test_work import ADMIN
from tests.faults.timeline_outages import Load, Outages, files, real_data, serves
from tests.integration.effort import LONG

__all__ = ["files", "real_data", "serves"]

START_SECONDS = 120.0
OUTAGES_MIN = 20 if LONG else 3


@pytest.fixture
def proxy(breakable_cassandra: OwnCassandra) -> Iterator[Proxy]:
    with Proxy(breakable_cassandra.port) as running:
        yield running


@pytest.fixture
def settings(postgres_database: str, breakable_cassandra: OwnCassandra, proxy: Proxy) -> Mapping[str, str]:
    """The settings of processes on a new database, with timelines in Cassandra behind the proxy."""
    found = {
        "DATABASE_URL": postgres_database,
        "ADMIN_TOKEN": ADMIN[1],
        "TIMELINES_URL": breakable_cassandra.url("outages", proxy.port),
    }
    outcome = run_app("migrate", seconds=START_SECONDS, **found)
    assert outcome.returncode == 0, outcome.stderr
    return found


@pytest.mark.timeout(0 if LONG else 600)
def test_no_timeline_differs(
    serves: Sequence[PerchProcess],
    files: list[object],
    settings: Mapping[str, str],
    breakable_cassandra: OwnCassandra,
    proxy: Proxy,
) -> None:
    load = Load(serves, "cassandra-", files)
    load.differs_never("Cassandra killed, paused and cut off", Outages(breakable_cassandra, proxy), OUTAGES_MIN)
    load.is_pushed_whole(settings["DATABASE_URL"])
