"""Processes with timelines in Cassandra: what `migrate` makes, what stops the start, and every timeline of a load."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from cluster.engines.own_cassandra import OwnCassandra
from cluster.perch_process import PerchProcess, run_app
from infrastructure.cassandra.address import Address
from infrastructure.cassandra.link import Link
from infrastructure.cassandra.schema import TABLE
from infrastructure.postgres.migrating import migrate
from tests.e2e.databases import assert_refused
from tests.engines.fleet import Fleet, metrics
from tests.engines.reed98 import PEOPLE, compare, load, push_to_many
from tests.engines.until import until
from tests.fakes.log import json_lines
from tests.integration.effort import LONG

START_SECONDS = 120.0
UP = 'perch_engine_up{engine="cassandra-timelines"}'
BUGS = {"crashed", "request_failed", "stream_failed", "thread_restarted", "log_line_lost", "background_failed"}


@pytest.fixture
def new(cassandra: Address, link: Link) -> Iterator[Address]:
    """A keyspace that is not there yet."""
    address = replace(cassandra, keyspace=f"{cassandra.keyspace}_processes")
    yield address
    link.ready().session.ask(f"DROP KEYSPACE IF EXISTS {address.keyspace}")


@pytest.fixture
def settings(postgres_database: str, new: Address) -> dict[str, str]:
    """The settings of processes on an empty database, and with a keyspace that is not there yet."""
    [(host, port)] = new.nodes
    return {
        "DATABASE_URL": postgres_database,
        "TIMELINES_URL": f"cassandra://{host}:{port}/{new.keyspace}",
        "LOG_FORMAT": "json",
    }


def migrated(settings: Mapping[str, str]) -> Mapping[str, str]:
    outcome = run_app("migrate", seconds=START_SECONDS, **settings)
    assert outcome.returncode == 0, outcome.stderr
    assert outcome.stderr == ""
    return settings


@pytest.mark.parametrize("command", ["serve", "work"])
def test_without_its_table_a_process_does_not_start(settings: dict[str, str], new: Address, command: str) -> None:
    migrate(settings["DATABASE_URL"], "head", settings["TIMELINES_URL"])
    why = f"There is no table {new.keyspace}.timelines in Cassandra: run `python -m app migrate`"
    assert_refused([command], why, **settings)


@pytest.mark.parametrize("command", ["serve", "work", "migrate"])
def test_an_address_that_is_none_stops_the_start(settings: dict[str, str], command: str) -> None:
    settings["TIMELINES_URL"] = "cassandra://localhost/perch?ttl_days=1"
    why = "TIMELINES_URL must be the address of a keyspace of Cassandra: ttl_days must be a whole number from 2 to 365"
    assert_refused([command], why, **settings)


def test_timelines_that_no_request_could_rebuild_stop_the_start(settings: dict[str, str]) -> None:
    migrate(settings["DATABASE_URL"], "head", settings["TIMELINES_URL"])
    why = "TIMELINE_CAPACITY must be at most 5000 with timelines in Cassandra, not 5001"
    assert_refused(["serve"], why, **settings, TIMELINE_CAPACITY="5001")


def test_another_time_to_live_needs_migrate(settings: dict[str, str]) -> None:
    migrated(settings)
    settings["TIMELINES_URL"] += "?ttl_days=9"
    assert_refused(["serve"], "run `python -m app migrate`", **settings)
    migrated(settings)


def test_a_start_without_cassandra_serves_and_finds_it_later(
    postgres_database: str, breakable_cassandra: OwnCassandra, tmp_path: Path
) -> None:
    url = breakable_cassandra.url("later")
    settings = migrated({"DATABASE_URL": postgres_database, "TIMELINES_URL": url, "LOG_FORMAT": "json"})
    breakable_cassandra.kill()
    with PerchProcess(tmp_path / "log", **settings) as perch:
        assert perch.call("PUT", "/v1/users/me/following/bob", "alice")[0] == 204
        assert perch.call("GET", "/v1/users/me/timeline", "alice")[0] == 200
        breakable_cassandra.start()

        def is_prepared() -> object:
            assert perch.call("GET", "/v1/users/me/timeline", "alice")[0] == 200
            found = metrics(perch)
            return found[UP] and found["perch_timelines_rebuilt_total"]

        until(is_prepared, START_SECONDS)
    assert "Traceback" not in perch.log()
    assert not BUGS.intersection(line["event"] for line in json_lines(perch.log()))


@pytest.mark.timeout(2400 if LONG else 300)
def test_no_timeline_differs(
    settings: dict[str, str], new: Address, link: Link, reed98: list[object], tmp_path: Path
) -> None:
    options = ["--sample", 20, "--prefix", "cassandra-", *reed98]
    migrated(settings)
    with Fleet(tmp_path, **settings) as fleet:
        fleet.serve(2)
        fleet.work(2)
        load(fleet, fleet.serves[0].url, options)
        compare(fleet, options)
        push_to_many(fleet, "cassandra-", options)
        until(lambda: all(metrics(serve)[UP] == 1 for serve in fleet.serves))
    count = f"SELECT DISTINCT user_id, generation FROM {new.keyspace}.{TABLE}"  # noqa: S608
    assert len(link.ready().session.ask(count)) >= PEOPLE // 2
    assert not BUGS.intersection(line["event"] for log in fleet.logs() for line in json_lines(log))
