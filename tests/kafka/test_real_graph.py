"""Two processes that serve and three that work, of which some are killed and others added: no timeline differs."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.conftest import RealData
from tests.engines import test_fleet_load as reed
from tests.engines.fleet import Fleet, StartFleet
from tests.engines.until import until
from tests.integration.effort import LONG
from tests.kafka.crowd import TAKEN, WAITING, Crowd


@pytest.mark.timeout(2400 if LONG else 300)
def test_no_timeline_of_a_real_graph_differs_while_workers_are_killed_and_added(
    start_fleet: StartFleet, broker_url: str, real_data: RealData, tmp_path: Path, postgres_database: str
) -> None:
    graph = reed.part_of_graph(real_data("socfb-Reed98.edges"), tmp_path / "part.edges")
    tweets = reed.first_lines(real_data("tweets.txt"), tmp_path / "part.txt")
    files = ["--graph", graph, "--undirected", "--tweets", tweets, "--sample", reed.SAMPLE, "--prefix", reed.PREFIX]
    fleet = start_fleet(serve=2, work=3, EVENTS_URL=broker_url)
    with reed.entrance(tmp_path, fleet.serves) as url, workers_come_and_go(fleet) as kills:
        reed.load(fleet, "--url", url, *files)
    assert kills
    for serve in fleet.serves:
        reed.load(fleet, "--url", serve.url, *files, "--check")
    crowd = Crowd(fleet, postgres_database)
    until(lambda: crowd.ask(WAITING) == [(0,)], 60)
    assert crowd.counted(TAKEN) > 0


@contextmanager
def workers_come_and_go(fleet: Fleet) -> Iterator[list[int]]:
    """One worker after the other is killed, and another one is started."""
    over = threading.Event()
    kills: list[int] = []

    def go_on() -> None:
        while not over.wait(1.0):
            victim = next(work for work in fleet.works if work.process.poll() is None)
            victim.process.kill()
            victim.process.wait()
            kills.append(victim.process.pid)
            fleet.work(1)

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield kills
    finally:
        over.set()
        thread.join()
