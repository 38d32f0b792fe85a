"""Fixtures: a collector, and processes."""

from collections.abc import Iterator

import pytest

from tests.engines.conftest import start_fleet
from tests.traces.collector import Collector, running_collector

__all__ = ["start_fleet"]


@pytest.fixture
def collector() -> Iterator[Collector]:
    with running_collector() as running:
        yield running
