"""A real Prometheus scrapes real processes under load, and answers every query of the board and of the rules."""

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import yaml

from cluster.engines.redis_server import RedisServer
from cluster.exchange import TIMELINE
from cluster.perch_process import REPOSITORY, PerchProcess
from tests.e2e.test_stream import follow, publish
from tests.engines.fleet import StartFleet
from tests.engines.own_prometheus import OwnPrometheus
from tests.engines.until import until
from tests.observability.prometheus import find_program
from tests.observability.queries import RULES, Query, of_alerts, of_board

LACKING = {
    "ALERTS": "no alert fires",
    'status=~"5.."': "no request failed",
    "perch_dead_events_total": "there is no broker",
}
"""What queries find nothing, and why."""

OF_SPEED = {"PerchReadsSlow", "PerchPushesBehind", "PerchTweetsLate", "PerchDatabaseBusy", "PerchDiskSlow"}
"""The alerts that a busy neighbour of the tests may cause."""

SECONDS = 60.0


class Watched:
    """Processes of all roles, and a Prometheus that scrapes them."""

    def __init__(self, serve: PerchProcess, work: PerchProcess, alone: PerchProcess, prometheus: OwnPrometheus) -> None:
        self.workers = [work, alone]
        self.prometheus = prometheus
        self._serving = [serve, alone]

    def find_within(self, query: Query) -> None:
        """Asks until there is a result, under load, because rates need two scrapes with requests between them."""
        until(lambda: self._busy() and self.prometheus.query(query.expression), SECONDS)

    def _busy(self) -> bool:
        for perch in self._serving:
            publish(perch, "alice")
            assert perch.call("GET", TIMELINE, "bob")[0] == 200
        return True


@pytest.fixture
def watched(start_fleet: StartFleet, redis_server: RedisServer, tmp_path: Path) -> Iterator[Watched]:
    program = find_program("prometheus")
    fleet = start_fleet(serve=1, work=1, TIMELINES_URL=redis_server.url)
    lines = re.search(r"```yaml\n(.*?)```", (REPOSITORY / "deploy/README.md").read_text(), re.DOTALL)
    assert lines
    with ExitStack() as stack:
        alone = stack.enter_context(PerchProcess(tmp_path / "alone.log", DATABASE_URL=f"sqlite:///{tmp_path}/perch.db"))
        for perch in (fleet.serves[0], alone):
            follow(perch, "bob", "alice")
        targets = [*fleet.serves, *fleet.works, alone]
        prometheus = OwnPrometheus(program, yaml.safe_load(lines[1]), RULES.read_text(), targets)
        yield Watched(fleet.serves[0], fleet.works[0], alone, stack.enter_context(prometheus))


def test_prometheus_answers_every_query(watched: Watched) -> None:
    for query in of_board():
        if any(lacking in query.expression for lacking in LACKING):
            assert watched.prometheus.query(query.expression) == [], query.where
            continue
        watched.find_within(query)
        for series in watched.prometheus.query(query.expression):
            assert series["metric"].keys() >= query.shown, query.where
            assert json.loads(series["value"][1].replace("+Inf", "Infinity")) >= 0 or series["value"][1] == "NaN"
    # A scrape that takes longer than the interval counts as one that failed.
    until(
        lambda: {query.where for query in of_alerts() if watched.prometheus.query(query.expression)} <= OF_SPEED,
        SECONDS,
    )

    for worker in watched.workers:
        worker.stop()
    until(lambda: watched.prometheus.alerts() >= {"PerchProcessDown", "PerchNoWorker"}, SECONDS)
