"""One `work` at a time keeps house and reports what waits in all of the database; another takes over."""

import json
import signal
from typing import LiteralString

import psycopg
import pytest

from app.compose.postgres import HOUSEKEEPING_SECONDS as LEASE_SECONDS
from app.compose.worker import HOUSEKEEPING_SECONDS as PAUSE_SECONDS
from cluster.exchange import TIMELINE
from cluster.perch_process import WorkProcess
from tests.e2e.test_stream import follow, publish
from tests.e2e.test_stream_limits import eventually
from tests.engines.fleet import StartFleet, metrics
from tests.integration.effort import LONG

SECONDS = 30.0
BUSY_SECONDS = 10.0
TOTALS = {
    "perch_unpushed_tweets",
    "perch_outbox_waiting",
    "perch_delivery_retries_waiting",
    "perch_dead_letters",
    "perch_oldest_waiting_event_seconds",
    "perch_timelines",
}

END_LEASE: LiteralString = "UPDATE leases SET ends_at_ms = 0"
READERS: LiteralString = "SELECT user_id FROM readers"


def reports_totals(work: WorkProcess) -> bool:
    reported = TOTALS & metrics(work).keys()
    assert reported in (set(), TOTALS)
    return bool(reported)


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_one_process_keeps_house_and_another_takes_over(
    start_fleet: StartFleet, postgres_database: str, end: signal.Signals
) -> None:
    works = start_fleet(work=2).works
    assert eventually(lambda: any(map(reports_totals, works)), SECONDS)
    keeper, other = sorted(works, key=reports_totals, reverse=True)
    assert not reports_totals(other)

    keeper.process.send_signal(end)
    keeper.process.wait(SECONDS)
    if end == signal.SIGKILL and not LONG:
        with psycopg.connect(postgres_database, autocommit=True) as connection:
            connection.execute(END_LEASE)
    leased = LEASE_SECONDS if end == signal.SIGKILL and LONG else 0.0
    assert eventually(lambda: reports_totals(other), leased + PAUSE_SECONDS + BUSY_SECONDS)


def test_the_one_that_keeps_house_reports_the_work_of_all(start_fleet: StartFleet) -> None:
    fleet = start_fleet(serve=1, work=2, PULL_FOLLOWERS_THRESHOLD="1")
    assert eventually(lambda: any(map(reports_totals, fleet.works)), SECONDS)
    asks = {*TOTALS, "perch_frontier_held_seconds"}
    assert not asks & metrics(fleet.serves[0]).keys(), "a scrape of it must not wait for the database"
    keeper = max(fleet.works, key=reports_totals)
    for reader in ("bob", "ben"):
        follow(fleet.serves[0], reader, "alice")
        assert fleet.serves[0].call("GET", TIMELINE, reader)[0] == 200
    for _ in range(3):
        publish(fleet.serves[0], "alice")
    found = metrics(keeper)
    assert {name: found[name] for name in TOTALS} == {
        **dict.fromkeys(TOTALS, 0.0),
        "perch_unpushed_tweets": 3.0,
        "perch_timelines": 2.0,
    }


def test_an_idle_reader_loses_the_timeline_and_reads_on(start_fleet: StartFleet, postgres_database: str) -> None:
    fleet = start_fleet(serve=1, TIMELINE_IDLE_SECONDS="0.1")
    [perch] = fleet.serves
    follow(perch, "bob", "alice")
    tweets = [publish(perch, "alice")]
    assert perch.call("GET", TIMELINE, "bob")[0] == 200
    with psycopg.connect(postgres_database, autocommit=True) as connection:
        assert connection.execute(READERS).fetchall() == [("bob",)]
        [work] = fleet.work()
        assert eventually(lambda: connection.execute(READERS).fetchall() == [], SECONDS)
    assert eventually(lambda: metrics(work)['perch_timelines_discarded_total{reason="idle"}'] == 1, SECONDS)
    tweets.append(publish(perch, "alice"))
    page = json.loads(perch.call("GET", TIMELINE, "bob")[1])
    assert [tweet["id"] for tweet in page["data"]] == tweets[::-1]
    assert metrics(perch)["perch_timelines_rebuilt_total"] == 2
