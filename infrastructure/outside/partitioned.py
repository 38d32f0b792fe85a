"""Timelines as partitions of an engine, by user and generation; who reads is in the database.

The protocol, and why it is exact: entries are only added, so a head that says "complete from the floor on, for follows
up to the mark" stays true. The head of each merge follows from the head at its install and from its own logs, never
from a head read later, so whichever of several merges writes last, its head is true. A merge writes the entries before
the head, and a view reads the head before the entries. A push looks up the generations after its tweet was committed,
and a reader looks up the generation with or after the look at the outbox. What is written late into an old generation
is read by nobody.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from domain.timeline import EMPTY_VIEW, Installed, TimelineView
from domain.tweet_id import first_id_at
from infrastructure.outside.guard import Guard
from infrastructure.outside.whereabouts import Whereabouts

DAY_MS = 24 * 3600 * 1000

Head = tuple[int, int]
"""The floor and the mark, which are written and read together."""


class Readers(Protocol):
    """Who has a timeline, and of which generation."""

    def find(self, user_id: str) -> Whereabouts: ...

    def install(self, user_id: str) -> Installed:
        """Returns the user's generation; a new one, which no timeline ever had, if the user has none."""

    def touch(self, user_id: str, generation: int, unread_ms: int) -> None:
        """Notes that the timeline was read, if that was not written down for a while."""

    def generations(self, user_ids: Sequence[str]) -> Sequence[tuple[str, int]]:
        """Returns those of the users who have a timeline, each with the generation."""

    def discard(self, user_id: str) -> bool: ...

    def discard_idle(self) -> int: ...

    def held(self) -> int: ...


class Partitions(Protocol):
    """The engine. All methods raise `Unavailable`; what was to be written then may be there or not."""

    def head(self, user_id: str, generation: int) -> Head | None:
        """Returns the head; None before the first merge."""

    def view(self, user_id: str, generation: int, low: int, high: int, limit: int) -> tuple[Head, Sequence[int]] | None:
        """Returns the head, and the newest `limit` entries strictly between the bounds, newest first.

        None before the first merge. The head is read before the entries, or with them.
        """

    def add(self, tweet_id: int, readers: Sequence[tuple[str, int]]) -> None:
        """Adds the entry to all these partitions."""

    def add_all(self, user_id: str, generation: int, tweet_ids: Sequence[int]) -> None:
        """Adds the entries to this partition."""

    def set_head(self, user_id: str, generation: int, head: Head) -> None: ...


class PartitionedTimelines:
    """The timelines of the users who read, in an engine whose entries expire."""

    def __init__(
        self, readers: Readers, partitions: Partitions, guard: Guard, now_ms: Callable[[], int], ttl_seconds: int
    ) -> None:
        """An entry may be gone `ttl_seconds` after it was written.

        All clocks differ by less than half a day: that of the database, by which an entry may be older than by the
        clock that set its end, and that of a view, which may be behind the one by which the entry is gone.
        """
        self._readers = readers
        self._partitions = partitions
        self._guard = guard
        self._now_ms = now_ms
        self._ttl_ms = ttl_seconds * 1000
        self.discard = readers.discard
        self.discard_idle = readers.discard_idle
        self.held = readers.held

    def view(self, user_id: str, low: int, high: int, limit: int) -> TimelineView:
        """Returns the newest `limit` entries strictly between the bounds, with floor and merge mark."""
        return self.view_at(self._readers.find(user_id), user_id, low, high, limit)

    def view_at(self, where: Whereabouts, user_id: str, low: int, high: int, limit: int) -> TimelineView:
        """Returns the view of the generation that was found."""
        generation, unread_ms = where.generation, where.unread_ms
        if generation is None or unread_ms is None:
            return EMPTY_VIEW
        self._readers.touch(user_id, generation, unread_ms)
        return self._guard.view(lambda: self._view(user_id, generation, low, high, limit))

    def _view(self, user_id: str, generation: int, low: int, high: int, limit: int) -> TimelineView:
        found = self._partitions.view(user_id, generation, low, high, limit)
        if found is None:
            return EMPTY_VIEW
        (floor, mark), entries = found
        floor = max(floor, self._oldest_that_cannot_have_expired())
        return TimelineView([tweet_id for tweet_id in entries if tweet_id >= floor], floor, mark)

    def _oldest_that_cannot_have_expired(self) -> int:
        # An entry is written no earlier than its tweet, so it expires no earlier than the tweet's age says.
        return self._id_of_age(self._ttl_ms - DAY_MS)

    def _id_of_age(self, age_ms: int) -> int:
        return first_id_at(self._now_ms() - age_ms)

    def install(self, user_id: str) -> Installed:
        """Creates the timeline if it is absent; returns its generation, merge mark and floor."""
        generation = self._readers.install(user_id).generation
        return self._guard.installed(lambda: self._installed(user_id, generation))

    def _installed(self, user_id: str, generation: int) -> Installed:
        floor, mark = self._partitions.head(user_id, generation) or (0, 0)
        return Installed(generation, mark, floor)

    def merge(self, user_id: str, generation: int, ids: Iterable[int], floor: int, mark: int) -> None:
        """Adds ids of author logs. With them the timeline is complete from `floor` on, for all follows up to `mark`.

        Of several merges at once, one that is late may win and set the mark back; the next read catches up again.
        """
        # What is older is below the floor of every view, also of one by a clock that is behind.
        oldest = self._id_of_age(self._ttl_ms)
        kept = sorted(tweet_id for tweet_id in ids if tweet_id >= oldest)
        self._guard.merge(generation, lambda: self._merge(user_id, generation, kept, (floor, mark)))

    def _merge(self, user_id: str, generation: int, ids: Sequence[int], head: Head) -> None:
        self._partitions.add_all(user_id, generation, ids)
        self._partitions.set_head(user_id, generation, head)

    def push(self, tweet_id: int, user_ids: Sequence[str]) -> int:
        """Inserts the id into each of these users' timelines that is present; returns how many there are."""
        readers = self._readers.generations(user_ids) if user_ids else ()
        if readers:
            self._guard.call(lambda: self._partitions.add(tweet_id, readers))
        return len(readers)
