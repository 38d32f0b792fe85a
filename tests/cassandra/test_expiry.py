"""Entries that expire while a page is walked: the floor of a view rises in time, and the author logs have the rest."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from itertools import count

import pytest

from domain.delivery import RetryPolicy
from domain.tweet import Tweet
from infrastructure.cassandra import schema
from infrastructure.cassandra.address import Address
from infrastructure.cassandra.link import Link
from infrastructure.cassandra.partitions import CassandraPartitions
from infrastructure.clock import SystemClock
from infrastructure.memory.stores import MemoryOptions, open_memory
from infrastructure.outside.guard import Guard
from infrastructure.outside.partitioned import DAY_MS, PartitionedTimelines
from tests.engines.until import until
from tests.fakes.cassandra import PATIENCE
from tests.fakes.clock import ManualClock
from tests.fakes.partitions import MemoryReaders, NoCircuit
from tests.unit.usecases.home import ALICE, Home

TTL_SECONDS = 6
MARGIN_MS = 2000
"""The day that clocks may be wrong is so short here."""

PAGE = 3
NEWEST = (1 << 63) - 1


@pytest.fixture
def partitions(cassandra: Address) -> Iterator[CassandraPartitions]:
    """Partitions whose entries live for seconds."""
    address = replace(cassandra, keyspace=f"{cassandra.keyspace}_expiry", ttl_seconds=TTL_SECONDS)
    schema.prepare(address)
    link = Link(address, PATIENCE)
    link.open()
    with closing(link):
        yield CassandraPartitions(link)


class Expiring:
    """Alice's timeline, whose entries expire while its head stays, because other merges write it again."""

    def __init__(self, partitions: CassandraPartitions, now_ms: Callable[[], int]) -> None:
        clock = SystemClock()
        readers = MemoryReaders(ManualClock(), 0.0, count(time.time_ns()))
        timelines = PartitionedTimelines(readers, partitions, Guard(NoCircuit()), now_ms, TTL_SECONDS)
        self._partitions = partitions
        self._readers = readers
        self.home = Home(open_memory(MemoryOptions(RetryPolicy(2, jitter=lambda: 1.0)), clock), 100, timelines)
        self.home.follow("bob")
        self.home.prepare.execute(ALICE)
        self.home.publish("bob", 3 * PAGE)
        self.home.deliver()

    def until_expired(self) -> None:
        until(self._is_expired)

    def _is_expired(self) -> bool:
        generation = self._readers.find(ALICE).generation
        assert generation is not None
        head = self._partitions.head(ALICE, generation)
        assert head is not None
        self._partitions.set_head(ALICE, generation, head)
        found = self._partitions.view(ALICE, generation, 0, NEWEST, 100)
        return found is not None and not found[1]

    def walk(self) -> list[Tweet]:
        pages = self.home.walk(PAGE, between_pages=self.until_expired)
        return [tweet for page in pages for tweet in page]


def test_entries_that_expire_during_a_walk_come_from_the_logs(partitions: CassandraPartitions) -> None:
    expiring = Expiring(partitions, lambda: SystemClock().now_ms() - DAY_MS + MARGIN_MS)
    walked = expiring.walk()
    assert walked == expiring.home.naive()
    assert len(walked) == 3 * PAGE


def test_a_floor_that_does_not_rise_in_time_would_hide_tweets(partitions: CassandraPartitions) -> None:
    expiring = Expiring(partitions, lambda: 0)
    assert len(expiring.walk()) < 3 * PAGE
