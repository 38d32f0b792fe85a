"""Two processes that serve and three that work, of which some are killed and others added: no timeline differs."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.engines.fleet import Fleet, StartFleet
from tests.engines.reed98 import compare, load
from tests.engines.test_fleet_load import SAMPLE, entrance
from tests.engines.until import until
from tests.integration.effort import LONG
from tests.kafka.crowd import TAKEN, WAITING, Crowd


@pytest.mark.timeout(2400 if LONG else 300)
def test_no_timeline_of_a_real_graph_differs_while_workers_are_killed_and_added(
    start_fleet: StartFleet, broker_url: str, reed98: list[object], tmp_path: Path, postgres_database: str
) -> None:
    options = ["--sample", SAMPLE, "--prefix", "load-", *reed98]
    fleet = start_fleet(serve=2, work=3, EVENTS_URL=broker_url)
    with entrance(tmp_path, fleet.serves) as url, workers_come_and_go(fleet) as kills:
        load(fleet, url, options)
    assert kills
    compare(fleet, options)
    crowd = Crowd(fleet, postgres_database)
    until(lambda: crowd.ask(WAITING) == [(0,)], 60)
    # Those that were killed have taken their counts with them.
    crowd.publish_until(lambda: crowd.counted(TAKEN))


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
