"""The partitions of timelines in a table of Cassandra."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from cassandra import ConsistencyLevel
from cassandra.query import BatchStatement, BatchType

from infrastructure.cassandra.link import Link, Ready
from infrastructure.cassandra.session import Statement
from infrastructure.outside.partitioned import Head

PARTITIONS_AT_ONCE = 10
"""A batch has so many partitions; the server warns of more."""

ENTRIES_AT_ONCE = 200
"""A batch has so many entries of one partition."""

KNOWN_MAX = 50_000
"""So many heads are remembered: some ten megabytes."""


class CassandraPartitions:
    """Reads and writes partitions at `LOCAL_QUORUM`. All methods raise `Unavailable`.

    A query that finds head and entries at once asks several nodes, each at a moment of its own: the head may come from
    one that is ahead, and the entries from one that is behind. So a view relies only on a head that was known before
    its query of the entries. Heads stay true, so they are remembered, and if the query finds the same one, it was all.
    """

    def __init__(self, link: Link) -> None:
        self._link = link
        self._known: dict[tuple[str, int], Head] = {}

    def head(self, user_id: str, generation: int) -> Head | None:
        """Returns the head; None before the first merge."""
        ready = self._link.ready()
        for (head,) in ready.session.ask(ready.head.bind((user_id, generation))):
            if head is not None:
                return self._know(user_id, generation, head)
        return None

    def view(self, user_id: str, generation: int, low: int, high: int, limit: int) -> tuple[Head, Sequence[int]] | None:
        """Returns the head, and the newest `limit` entries strictly between the bounds; None before the first merge."""
        known = self._known.get((user_id, generation))
        if known is not None:
            found, entries = self._page(user_id, generation, low, high, limit)
            if not entries:
                found = self.head(user_id, generation)
            if found == known:
                return known, entries
        head = self.head(user_id, generation)
        if head is None:
            return None
        return head, self._page(user_id, generation, low, high, limit)[1]

    def _page(
        self, user_id: str, generation: int, low: int, high: int, limit: int
    ) -> tuple[Head | None, Sequence[int]]:
        """Returns the entries, and the head if there are some."""
        if high - low < 2 or limit < 1:  # noqa: PLR2004 - nothing is between the bounds
            return None, ()
        ready = self._link.ready()
        rows = ready.session.ask(ready.view.bind((user_id, generation, low, high, limit)))
        return (rows[0][1] if rows else None), [tweet_id for tweet_id, _ in rows]

    def add(self, tweet_id: int, readers: Sequence[tuple[str, int]]) -> None:
        """Adds the entry to all these partitions."""
        ready = self._link.ready()
        ready.session.ask_all(_batches(ready, tweet_id, readers))

    def add_all(self, user_id: str, generation: int, tweet_ids: Sequence[int]) -> None:
        """Adds the entries to this partition."""
        ready = self._link.ready()
        rows = [ready.add.bind((user_id, generation, tweet_id)) for tweet_id in tweet_ids]
        ready.session.ask_all(_batch(rows[at : at + ENTRIES_AT_ONCE]) for at in range(0, len(rows), ENTRIES_AT_ONCE))

    def set_head(self, user_id: str, generation: int, head: Head) -> None:
        """Replaces the head."""
        ready = self._link.ready()
        ready.session.ask(ready.set_head.bind((user_id, generation, head)))
        self._know(user_id, generation, head)

    def _know(self, user_id: str, generation: int, head: Head) -> Head:
        if len(self._known) >= KNOWN_MAX:
            self._known.clear()
        self._known[user_id, generation] = head
        return head


def _batches(ready: Ready, tweet_id: int, readers: Sequence[tuple[str, int]]) -> Iterator[BatchStatement]:
    """Yields batches whose partitions are all on one node."""
    waiting: defaultdict[object, list[Statement]] = defaultdict(list)
    for user_id, generation in readers:
        row = ready.add.bind((user_id, generation, tweet_id))
        rows = waiting[ready.session.node_of(row)]
        rows.append(row)
        if len(rows) == PARTITIONS_AT_ONCE:
            yield _batch(rows)
            rows.clear()
    for rows in waiting.values():
        if rows:
            yield _batch(rows)


def _batch(rows: Sequence[Statement]) -> BatchStatement:
    batch = BatchStatement(BatchType.UNLOGGED, consistency_level=ConsistencyLevel.LOCAL_QUORUM)
    batch.is_idempotent = True
    batch.add_all(rows, [None] * len(rows))
    return batch
