"""Prepared timelines in Redis: a cache that may forget everything, and exact nevertheless.

Redis loses what it acknowledged when it restarts or fails over. So nothing in it is believed across that: all keys
carry the epoch, a row in the database that changes with every server that becomes primary, and every script compares
the server's identity in the same step as what it does. A reader takes the row with or after its look at the outbox, and
a push takes it after its tweet was committed. So a timeline of a later epoch is built from logs that have the tweet.
"""

import secrets
import struct
from bisect import bisect_right
from collections.abc import Iterable, Sequence

from redis.exceptions import ResponseError

from domain.timeline import EMPTY_VIEW, Installed, TimelineView
from infrastructure.memory.timeline import Room
from infrastructure.outside.circuit import Refused
from infrastructure.outside.guard import Guard
from infrastructure.outside.whereabouts import Whereabouts
from infrastructure.redis.connections import Connections, packed
from infrastructure.redis.primary import Epoch, Primary
from infrastructure.redis.scripts import Script, source

HEAD = struct.Struct(">BQQQ")
"""Whether the timeline is merged, token, mark and floor; see lua/entries.lua."""

TOKEN_BITS = 62

KEYS_AT_ONCE = 100
"""A script pushes into so many timelines: some hundred microseconds, during which Redis does nothing else."""

ENTRIES_AT_ONCE = 100_000
"""A script pushes into fewer timelines if they may have more entries together, which it may have to move."""

MERGED_AT_ONCE = 400
"""A script merges so many entries: about a millisecond at most."""


class RedisTimelines:
    """The protocol of the timelines in memory, by scripts that each change one timeline in one step.

    A timeline that Redis evicts, or that was not read during the idle time, is a discarded one. Its generation is a
    random token, so that no later timeline has it.
    """

    def __init__(self, connections: Connections, primary: Primary, room: Room, idle_seconds: float) -> None:
        """`room` is that of each timeline. Redis removes one that is not read for `idle_seconds`; 0 means never."""
        self._connections = connections
        self._primary = primary
        self._guard = Guard(primary)
        self._room = room
        self._idle_ms = round(idle_seconds * 1000)
        self._keys_at_once = max(1, min(KEYS_AT_ONCE, ENTRIES_AT_ONCE // room.capacity))
        self._view, self._install, self._merge, self._push, self._discard = (
            Script(source("check", "entries", name)) for name in ("view", "install", "merge", "push", "discard")
        )

    def view(self, user_id: str, low: int, high: int, limit: int) -> TimelineView:
        """Returns the newest `limit` entries strictly between the bounds, with floor and merge mark, atomically."""
        return self._view_in(self._primary.current(), user_id, low, high, limit)

    def view_at(self, where: Whereabouts, user_id: str, low: int, high: int, limit: int) -> TimelineView:
        """Returns the view in the epoch that was found."""
        return self._view_in(Epoch(where.epoch, where.identity), user_id, low, high, limit)

    def _view_in(self, epoch: Epoch, user_id: str, low: int, high: int, limit: int) -> TimelineView:
        return self._guard.view(lambda: self._seen(epoch, user_id, low, high, limit))

    def _seen(self, epoch: Epoch, user_id: str, low: int, high: int, limit: int) -> TimelineView:
        key = self._key(epoch, user_id)
        [found] = self._primary.run(epoch, self._view, [[key]], _eight_bytes(high), max(limit, 0), self._idle_ms)
        if found is None:
            return EMPTY_VIEW
        is_merged, _, mark, floor = HEAD.unpack_from(found)
        if not is_merged:
            return EMPTY_VIEW
        ids = struct.unpack_from(f">{(len(found) - HEAD.size) // 8}Q", found, HEAD.size)
        return TimelineView(ids[bisect_right(ids, low) :][::-1], floor, mark)

    def install(self, user_id: str) -> Installed:
        """Creates the timeline if it is absent; returns its generation, merge mark and floor."""
        epoch = self._primary.current()
        return self._guard.installed(lambda: self._installed(epoch, user_id))

    def _installed(self, epoch: Epoch, user_id: str) -> Installed:
        new = HEAD.pack(False, 1 + secrets.randbits(TOKEN_BITS), 0, 0)
        [head] = self._primary.run(epoch, self._install, [[self._key(epoch, user_id)]], new, self._idle_ms)
        _, token, mark, floor = HEAD.unpack(head)
        return Installed(token, mark, floor)

    def merge(self, user_id: str, generation: int, ids: Iterable[int], floor: int, mark: int) -> None:
        """Merges into the timeline of this generation; does nothing if it was discarded."""
        epoch = self._primary.current()
        self._guard.merge(generation, lambda: self._merged(epoch, user_id, generation, sorted(ids), floor, mark))

    def _merged(self, epoch: Epoch, user_id: str, token: int, ids: Sequence[int], floor: int, mark: int) -> None:
        # Entries alone never make a timeline wrong, so they may come before floor and mark.
        while len(ids) > MERGED_AT_ONCE:
            self._merge_some(epoch, user_id, HEAD.pack(False, token, 0, 0), ids[:MERGED_AT_ONCE])
            ids = ids[MERGED_AT_ONCE:]
        self._merge_some(epoch, user_id, HEAD.pack(True, token, mark, floor), ids)

    def _merge_some(self, epoch: Epoch, user_id: str, head: bytes, ids: Sequence[int]) -> None:
        entries = struct.pack(f">{len(ids)}Q", *ids)
        room = self._room
        self._primary.run(epoch, self._merge, [[self._key(epoch, user_id)]], head, entries, room.capacity, room.kept)

    def push(self, tweet_id: int, user_ids: Sequence[str]) -> int:
        """Inserts the id once into each of these users' timelines that is present; returns how many took it.

        Raises `Unavailable`; then some may have it.
        """
        if not user_ids:
            return 0
        epoch = self._primary.current()
        keys = [self._key(epoch, user_id) for user_id in user_ids]
        some = [keys[at : at + self._keys_at_once] for at in range(0, len(keys), self._keys_at_once)]
        room = self._room
        work = lambda: self._primary.run(epoch, self._push, some, _eight_bytes(tweet_id), room.capacity, room.kept)  # noqa: E731
        return sum(self._guard.call(work))

    def discard(self, user_id: str) -> bool:
        """Discards the timeline; returns False if it is absent."""
        epoch = self._primary.current()
        return self._guard.discarded(
            lambda: self._primary.run(epoch, self._discard, [[self._key(epoch, user_id)]]) == [1]
        )

    def discard_idle(self) -> int:
        """Does nothing: Redis removes the timelines that were not read during the idle time."""
        return 0

    def held(self) -> int:
        """Returns the number of keys in the database of Redis, which has those of earlier epochs for a while."""
        return self._guard.call(self._size)

    def _size(self) -> int:
        [size] = self._connections.ask(packed("DBSIZE"))
        if isinstance(size, ResponseError):
            raise Refused(f"Redis refuses: {size}")
        return int(size)

    def _key(self, epoch: Epoch, user_id: str) -> str:
        return f"perch:timeline:{epoch.number}:{user_id}"


def _eight_bytes(number: int) -> bytes:
    return number.to_bytes(8, "big")
