"""The unpushed tweets in memory: the rows of the outbox, and the pulled tweets."""

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Collection, Iterator, Sequence
from collections.abc import Set as AbstractSet
from heapq import heappop, heappush, heapreplace, nlargest

from domain.timeline import merge_newest, newest_between


class OutboxRow:
    """One tweet that is to be pushed. `due_at` is monotonic time; `failed_at_ms` is set once it is a dead letter."""

    __slots__ = ("after", "attempts", "author_id", "due_at", "error", "failed_at_ms")

    def __init__(self, author_id: str, due_at: float) -> None:
        self.author_id = author_id
        self.due_at = due_at
        self.after = 0
        self.attempts = 0
        self.error = ""
        self.failed_at_ms = 0


class Unpushed:
    """Unpushed tweets by author, and the outbox rows of those that wait to be pushed or are dead letters.

    A row that changes its place is written to the new one before it leaves the old one. So a thread that ends between
    the two loses none; the row is delivered once more. No method is safe to call from two threads at once.
    """

    def __init__(self) -> None:
        self._by_author: dict[str, list[int]] = {}
        self._due: list[tuple[float, int]] = []
        # Holds every waiting row at or before its due time. Entries of rows that have left go when they come up.
        self.waiting: OrderedDict[int, OutboxRow] = OrderedDict()
        self.dead: dict[int, OutboxRow] = {}
        self.retrying: set[int] = set()
        self.pulled = 0

    def add_pulled(self, tweet_id: int, author_id: str) -> None:
        self._by_author.setdefault(author_id, []).append(tweet_id)
        self.pulled += 1

    def add_waiting(self, tweet_id: int, author_id: str, due_at: float) -> None:
        self._by_author.setdefault(author_id, []).append(tweet_id)
        self.waiting[tweet_id] = OutboxRow(author_id, due_at)
        heappush(self._due, (due_at, tweet_id))

    def newest(self, author_ids: AbstractSet[str], low: int, high: int, limit: int) -> Sequence[int]:
        """The newest `limit` unpushed ids of these authors strictly between the bounds, newest first."""
        logs = [newest_between(self._by_author[id_], low, high, limit) for id_ in author_ids & self._by_author.keys()]
        return merge_newest(logs, limit)

    def remove_deleted(self, tweet_id: int, author_id: str) -> None:
        """Forgets a tweet that was deleted."""
        if not self.remove_pushed(tweet_id) and self._remove(tweet_id, author_id):
            self.pulled -= 1

    def remove_pushed(self, tweet_id: int) -> bool:
        """Takes a tweet out of the outbox; False when it has no row."""
        row = self.waiting.get(tweet_id) or self.dead.get(tweet_id)
        if row is None:
            return False
        self._remove(tweet_id, row.author_id)
        self.retrying.discard(tweet_id)
        self.dead.pop(tweet_id, None)
        self.waiting.pop(tweet_id, None)
        return True

    def due(self, now: float, lease_until: float) -> Iterator[tuple[int, OutboxRow]]:
        """The rows that are due, each leased when it is handed out."""
        while self._due and self._due[0][0] <= now:
            tweet_id = self._due[0][1]
            row = self.waiting.get(tweet_id)
            if row is None:
                heappop(self._due)
            elif row.due_at > now:
                heapreplace(self._due, (row.due_at, tweet_id))
            else:
                row.due_at = lease_until
                heapreplace(self._due, (lease_until, tweet_id))
                yield tweet_id, row

    def retry(self, tweet_id: int, due_at: float) -> None:
        """Has a waiting row fall due then."""
        self.waiting[tweet_id].due_at = due_at
        self.retrying.add(tweet_id)
        heappush(self._due, (due_at, tweet_id))

    def give_up(self, tweet_id: int, failed_at_ms: int) -> None:
        """Makes a waiting row a dead letter."""
        row = self.waiting[tweet_id]
        row.failed_at_ms = failed_at_ms
        self.dead[tweet_id] = row
        self.retrying.discard(tweet_id)
        del self.waiting[tweet_id]

    def redrive(self, tweet_ids: Collection[int] | None, due_at: float) -> list[int]:
        """Has the dead letters of these tweets, or all, wait again with all their attempts; returns which."""
        wanted = self.dead if tweet_ids is None else self.dead.keys() & set(tweet_ids)
        redriven = sorted(wanted, reverse=True)
        for tweet_id in redriven:
            self.waiting[tweet_id] = OutboxRow(self.dead[tweet_id].author_id, due_at)
            # They are older than all that wait; the oldest comes first.
            self.waiting.move_to_end(tweet_id, last=False)
            heappush(self._due, (due_at, tweet_id))
            del self.dead[tweet_id]
        return redriven

    def dead_before(self, tweet_id: int, limit: int) -> list[tuple[int, OutboxRow]]:
        """At most `limit` dead letters of smaller tweet ids, newest tweet first."""
        return [(id_, self.dead[id_]) for id_ in nlargest(limit, (id_ for id_ in self.dead if id_ < tweet_id))]

    def oldest_waiting(self) -> int | None:
        """The oldest tweet that waits to be pushed, None without any."""
        return next(iter(self.waiting), None)

    def __len__(self) -> int:
        return len(self.waiting) + len(self.dead) + self.pulled

    def _remove(self, tweet_id: int, author_id: str) -> bool:
        ids = self._by_author.get(author_id, [])
        if not remove_id(ids, tweet_id):
            return False
        if not ids:
            del self._by_author[author_id]
        return True


def remove_id(ids: list[int], tweet_id: int) -> bool:
    """Takes an id out of an ascending list; False when it is not there."""
    at = bisect_left(ids, tweet_id)
    if at == len(ids) or ids[at] != tweet_id:
        return False
    del ids[at]
    return True
