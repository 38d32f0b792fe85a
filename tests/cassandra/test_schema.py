"""Keyspace and table: what `migrate` makes, and what a start says where it is not there."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

import pytest

from infrastructure.cannot_use import CannotUse
from infrastructure.cassandra.address import Address
from infrastructure.cassandra.schema import open_checked, prepare
from infrastructure.cassandra.session import Connected, connect
from tests.cassandra.test_partitions import USER
from tests.fakes.cassandra import PATIENCE

# ruff: noqa: S608 - the keyspace is the tests' own

DAY = 24 * 3600


@contextmanager
def session(address: Address) -> Iterator[Connected]:
    with closing(connect(address, PATIENCE)) as connected:
        yield connected


@pytest.fixture
def new(cassandra: Address) -> Iterator[Address]:
    """A keyspace that is not there yet."""
    address = replace(cassandra, keyspace=f"{cassandra.keyspace}_new")
    yield address
    with session(address) as connected:
        connected.ask(f"DROP KEYSPACE IF EXISTS {address.keyspace}")


def test_without_a_table_the_start_says_what_to_do(new: Address) -> None:
    with pytest.raises(
        CannotUse, match=rf"There is no table {new.keyspace}.timelines in Cassandra: run `python -m app"
    ):
        open_checked(new, PATIENCE)
    prepare(new)
    open_checked(new, PATIENCE).close()


def test_a_keyspace_that_is_there_stays_as_it_is(new: Address) -> None:
    replication = f"SELECT replication FROM system_schema.keyspaces WHERE keyspace_name = '{new.keyspace}'"
    with session(new) as connected:
        connected.ask(
            f"CREATE KEYSPACE {new.keyspace} WITH replication = {{'class': 'SimpleStrategy', 'replication_factor': 1}}"
        )
        before = connected.ask(replication)
        prepare(replace(new, replication_factor=3))
        assert connected.ask(replication) == before


def test_entries_expire_and_their_files_are_dropped_by_time(new: Address) -> None:
    prepare(new)
    options = (
        f"SELECT default_time_to_live, compaction FROM system_schema.tables WHERE keyspace_name = '{new.keyspace}'"
    )
    with session(new) as connected:
        [(ttl, compaction)] = connected.ask(options)
        connected.ask(f"INSERT INTO {new.keyspace}.timelines (user_id, generation, tweet_id) VALUES ('{USER}', 1, 2)")
        connected.ask(f"INSERT INTO {new.keyspace}.timelines (user_id, generation, head) VALUES ('{USER}', 1, (3, 4))")
        [(left,)] = connected.ask(f"SELECT TTL(head) FROM {new.keyspace}.timelines")
    assert ttl == new.ttl_seconds
    assert compaction["class"].endswith("TimeWindowCompactionStrategy")
    assert 0 <= ttl - left < DAY


def test_another_time_to_live_needs_migrate(new: Address) -> None:
    prepare(new)
    longer = replace(new, ttl_seconds=new.ttl_seconds + DAY)
    with pytest.raises(CannotUse, match="Entries in Cassandra live for 691200 s, and TIMELINES_URL says 777600 s"):
        open_checked(longer, PATIENCE)
    prepare(longer)
    open_checked(longer, PATIENCE).close()


def test_a_cluster_that_is_not_there_cannot_be_prepared() -> None:
    with pytest.raises(CannotUse, match="The keyspace perch cannot be made: No node of Cassandra can be asked"):
        prepare(Address((("127.0.0.1", 1),), "perch"))


def test_a_data_centre_that_is_not_there_stops_the_start(cassandra: Address) -> None:
    why = "Cassandra cannot be used: data_center must be one of [a-z0-9]+, the same one for all processes"
    with pytest.raises(CannotUse, match=why):
        open_checked(replace(cassandra, data_center="nowhere"), PATIENCE)
