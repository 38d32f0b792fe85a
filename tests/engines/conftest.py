"""Fixtures: processes of Perch on a database of their own."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from infrastructure.postgres.migrating import migrate
from tests.e2e.conftest import real_data
from tests.engines.fleet import Fleet, StartFleet
from tests.engines.reed98 import reed98
from tests.fakes.log import json_lines

__all__ = ["real_data", "reed98"]

BUGS = {"crashed", "request_failed", "stream_failed", "thread_restarted", "log_line_lost"}


@pytest.fixture
def start_fleet(postgres_database: str, tmp_path: Path) -> Iterator[StartFleet]:
    """Starts so many `serve` and `work` with settings on an empty database; they are stopped when the test is over.

    Their logs then tell of no bug.
    """
    fleets: list[Fleet] = []
    with ExitStack() as stack:

        def start(serve: int = 0, work: int = 0, **settings: str) -> Fleet:
            migrate(postgres_database, "head", settings.get("TIMELINES_URL", "postgresql"))
            fleet = stack.enter_context(Fleet(tmp_path, DATABASE_URL=postgres_database, **settings))
            fleets.append(fleet)
            if serve:
                fleet.serve(serve)
            if work:
                fleet.work(work)
            return fleet

        yield start
    events = [line["event"] for fleet in fleets for log in fleet.logs() for line in json_lines(log)]
    assert not BUGS.intersection(events)
