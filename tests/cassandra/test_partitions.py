"""Heads, entries and batches in a real table."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import cast

import pytest

from domain.errors import Unavailable
from infrastructure.cassandra.address import Address
from infrastructure.cassandra.link import Link, Ready
from infrastructure.cassandra.partitions import ENTRIES_AT_ONCE, PARTITIONS_AT_ONCE, CassandraPartitions
from infrastructure.cassandra.schema import TABLE
from infrastructure.cassandra.session import Connected, Rows, Statement
from infrastructure.outside.partitioned import Head
from tests.integration.watched import Wrapper

USER = "alice"
NEWEST = (1 << 63) - 1


class Counted(Wrapper):
    """A session that counts what it is asked."""

    asked = 0

    def ask(self, statement: Statement) -> Rows:
        self.asked += 1
        rows: Rows = self._store.ask(statement)
        return rows


class CountedLink:
    """A link whose session counts."""

    def __init__(self, link: Link) -> None:
        self._ready = link.ready()
        self.session = Counted(self._ready.session)
        self.replace_session(self.session)

    def replace_session(self, session: Wrapper) -> None:
        self._ready = replace(self._ready, session=cast("Connected", session))

    def ready(self) -> Ready:
        return self._ready


def view(
    partitions: CassandraPartitions, generation: int, low: int = 0, high: int = NEWEST
) -> tuple[Head, Sequence[int]] | None:
    return partitions.view(USER, generation, low, high, 10)


def test_without_a_head_there_is_no_view(partitions: CassandraPartitions, generation: int) -> None:
    partitions.add(7, [(USER, generation)])
    assert view(partitions, generation) is None
    assert partitions.head(USER, generation) is None


@pytest.mark.parametrize("entries", [[], [5], [3, 5, 7]])
@pytest.mark.parametrize(("low", "high"), [(0, NEWEST), (5, NEWEST), (0, 5), (6, 4), (NEWEST - 1, NEWEST)])
def test_the_head_is_found_whatever_the_bounds(
    link: Link, generation: int, entries: Sequence[int], low: int, high: int
) -> None:
    """A static column comes only with the rows that are found; each process sees the head, also for the first time."""
    CassandraPartitions(link).add_all(USER, generation, entries)
    CassandraPartitions(link).set_head(USER, generation, (1, 2))
    expected = ((1, 2), [id_ for id_ in reversed(entries) if low < id_ < high])
    other = CassandraPartitions(link)
    for _ in range(2):
        found = view(other, generation, low, high)
        assert found is not None
        assert (found[0], list(found[1])) == expected


def test_entries_come_newest_first_up_to_the_limit(partitions: CassandraPartitions, generation: int) -> None:
    partitions.add_all(USER, generation, range(1, 2 * ENTRIES_AT_ONCE + 10))
    partitions.set_head(USER, generation, (0, 1))
    newest = 2 * ENTRIES_AT_ONCE + 9
    assert view(partitions, generation) == ((0, 1), list(range(newest, newest - 10, -1)))


def test_each_partition_gets_the_entry_once(partitions: CassandraPartitions, generation: int) -> None:
    readers = [(f"reader{number}", generation) for number in range(3 * PARTITIONS_AT_ONCE + 1)]
    for _ in range(2):
        partitions.add(7, readers)
    for user, _ in readers:
        partitions.set_head(user, generation, (0, 1))
        assert partitions.view(user, generation, 0, NEWEST, 10) == ((0, 1), [7])


def test_generations_of_a_user_are_apart(partitions: CassandraPartitions, generation: int) -> None:
    partitions.add(7, [(USER, generation)])
    partitions.set_head(USER, generation, (0, 1))
    assert view(partitions, -generation) is None


def test_a_head_that_was_seen_before_costs_no_query(link: Link, generation: int) -> None:
    CassandraPartitions(link).add(7, [(USER, generation)])
    CassandraPartitions(link).set_head(USER, generation, (0, 1))
    counted = CountedLink(link)
    partitions = CassandraPartitions(counted)  # type: ignore[arg-type]
    for queries in (2, 1, 1):
        counted.session.asked = 0
        assert view(partitions, generation) == ((0, 1), [7])
        assert counted.session.asked == queries


def test_a_head_that_another_process_wrote_is_seen(link: Link, generation: int) -> None:
    one, other = CassandraPartitions(link), CassandraPartitions(link)
    one.add(7, [(USER, generation)])
    one.set_head(USER, generation, (0, 1))
    assert view(other, generation) == ((0, 1), [7])
    one.set_head(USER, generation, (3, 2))
    assert view(other, generation) == ((3, 2), [7])
    assert other.head(USER, generation) == (3, 2)


class Ahead(Wrapper):
    """A session in which the head of the first view comes from a node that is ahead of the one with the entries."""

    def __init__(self, ready: Ready, merge: Callable[[], Head]) -> None:
        super().__init__(ready.session)
        self._view = ready.view
        self._merge: Callable[[], Head] | None = merge

    def ask(self, statement: Statement) -> Rows:
        rows: Rows = self._store.ask(statement)
        if self._merge is not None and getattr(statement, "prepared_statement", None) is self._view:
            merge, self._merge = self._merge, None
            head = merge()
            return [(tweet_id, head) for tweet_id, _ in rows]
        return rows


@pytest.mark.parametrize("is_known", [False, True])
def test_a_head_that_comes_with_the_entries_is_not_believed(link: Link, generation: int, *, is_known: bool) -> None:
    def merge() -> Head:
        CassandraPartitions(link).add_all(USER, generation, [5])
        CassandraPartitions(link).set_head(USER, generation, (0, 2))
        return 0, 2

    CassandraPartitions(link).add_all(USER, generation, [7])
    CassandraPartitions(link).set_head(USER, generation, (0, 1))
    linked = CountedLink(link)
    partitions = CassandraPartitions(linked)  # type: ignore[arg-type]
    if is_known:
        assert view(partitions, generation) == ((0, 1), [7])
    linked.replace_session(Ahead(link.ready(), merge))
    assert view(partitions, generation) == (((0, 2), [7, 5]) if is_known else ((0, 1), [7]))
    assert view(partitions, generation) == ((0, 2), [7, 5])


@pytest.mark.parametrize("pushed", [False, True])
def test_a_head_that_is_gone_is_believed_no_more(
    link: Link, cassandra: Address, partitions: CassandraPartitions, generation: int, *, pushed: bool
) -> None:
    partitions.add_all(USER, generation, [5, 7])
    partitions.set_head(USER, generation, (0, 1))
    assert view(partitions, generation) == ((0, 1), [7, 5])
    link.ready().session.ask(f"TRUNCATE {cassandra.keyspace}.{TABLE}")
    if pushed:
        partitions.add(9, [(USER, generation)])
    assert view(partitions, generation) is None


def test_a_statement_that_the_server_refuses_is_unavailable(link: Link) -> None:
    with pytest.raises(Unavailable, match="refuses"):
        link.ready().session.ask("SELECT nothing FROM nowhere")


def test_the_node_of_a_partition_is_known(link: Link, generation: int) -> None:
    ready = link.ready()
    assert ready.session.node_of(ready.add.bind((USER, generation, 1))) is not None
