"""A service moves from SQLite to PostgreSQL under load: nothing is lost, doubled or different, and clients go on."""

import time
from pathlib import Path

import pytest

from cluster.perch_process import run_app
from infrastructure.postgres.migrating import migrate
from tests.e2e.databases import url
from tests.engines.fleet import Fleet
from tests.engines.reed98 import PEOPLE, SECONDS
from tests.engines.test_fleet_load import entrance
from tests.engines.traffic import BUSY, WAIT_SECONDS, Patient, Traffic, home
from tests.engines.until import until
from tests.fakes.databases import rows
from tests.integration.effort import LONG

PREFIX = "load-"
PAGE = 10
WALKERS = 20


def load(base: str, *options: object) -> str:
    """Runs the load, which must find no difference; returns what it printed."""
    outcome = run_app("load", "--url", base, "--prefix", PREFIX, "--sample", 20, *options, seconds=SECONDS)
    assert outcome.returncode == 0, f"{outcome.stdout}\n{outcome.stderr}"
    assert outcome.stdout.splitlines()[-1] == f"timelines compared: {PEOPLE}, 0 timelines differ"
    return outcome.stdout


class Walk:
    """A client that has read the first page before the move, and reads the others after it."""

    def __init__(self, port: int, user: str) -> None:
        self._client = Patient(port, user)
        _, page = self._client.ask("GET", f"/v1/users/me/timeline?limit={PAGE}")
        self._first = [int(tweet["id"]) for tweet in page["data"]]
        self._cursor = page["meta"]["next_cursor"]
        self._since_id = page["meta"]["since_id"]

    def check_it_goes_on(self) -> None:
        rest = home(self._client, self._cursor) if self._cursor else []
        assert self._first + rest == home(self._client)
        assert self._client.ask("GET", f"/v1/users/me/timeline?since_id={self._since_id}")[1]["data"] == []
        self._client.close()


def copy(file: Path, database: str) -> str:
    """Runs the copy; returns what it said."""
    outcome = run_app("copy", "--from", url(file), "--to", database, seconds=SECONDS)
    assert outcome.returncode == 0, outcome.stderr
    return outcome.stderr


@pytest.mark.timeout(2400 if LONG else 300)
def test_a_move_under_load(postgres_database: str, reed98: list[object], tmp_path: Path) -> None:
    file = tmp_path / "perch.db"
    migrate(postgres_database, "head", "postgresql")
    with (
        Fleet(tmp_path, DATABASE_URL=url(file)) as before,
        Fleet(tmp_path, DATABASE_URL=postgres_database) as after,
    ):
        [old] = before.serve()
        load(old.url, *reed98)
        people = rows(file, f"SELECT DISTINCT follower_id FROM follows LIMIT {WALKERS}")  # noqa: S608
        with entrance(tmp_path, [old]) as gate:
            port = int(gate.rpartition(":")[2])
            walks = [Walk(port, str(user)) for (user,) in people]
            with Traffic(port) as traffic:
                until(traffic.go_on(), WAIT_SECONDS)
                stopped_at = time.monotonic()
                old.stop()
                said = copy(file, postgres_database)
                copied_at = time.monotonic()
                after.serve(PORT=str(old.port))
                until(traffic.go_on(1), WAIT_SECONDS)
                away = time.monotonic() - stopped_at
                after.work()
                until(traffic.go_on(), WAIT_SECONDS)
            repeats = traffic.check()
            for walk in walks:
                walk.check_it_goes_on()
            load(gate, *reed98, "--check")
    print(f"{said}away for {away:.1f} s, {copied_at - stopped_at:.1f} s of it for the copy")
    print(f"tweets published meanwhile: {traffic.count}; requests repeated, by the reason: {dict(repeats)}")
    assert repeats
    assert set(repeats) <= BUSY
