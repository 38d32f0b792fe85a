"""Partitions on the node that all test processes share."""

import time
from collections.abc import Iterator
from itertools import count

import pytest

from infrastructure.cassandra.address import Address
from infrastructure.cassandra.link import Link
from infrastructure.cassandra.partitions import CassandraPartitions
from tests.e2e.conftest import real_data
from tests.engines.reed98 import reed98
from tests.fakes.cassandra import PATIENCE

__all__ = ["real_data", "reed98"]

_generations = count(time.time_ns())


@pytest.fixture(scope="session")
def link(cassandra: Address) -> Iterator[Link]:
    made = Link(cassandra, PATIENCE)
    made.open()
    yield made
    made.close()


@pytest.fixture
def partitions(link: Link) -> CassandraPartitions:
    """Those of one process, which has not seen any head yet."""
    return CassandraPartitions(link)


@pytest.fixture
def generation() -> int:
    """A generation of which there is no partition yet."""
    return next(_generations)
