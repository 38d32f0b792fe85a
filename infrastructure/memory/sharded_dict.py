"""A dict for millions of keys that never resizes as a whole."""

from collections.abc import Iterable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")

SHARDS = 1021
"""The number of shards: a prime, so that ids which differ only in their high bits spread over all shards."""


class ShardedDict(Generic[K, V]):
    """Spreads keys over many small dicts, so that a resize moves only a thousandth of the entries.

    A plain dict of ten million keys blocks for about half a second when it grows. This class is not thread-safe.
    """

    __slots__ = ("_shards",)

    def __init__(self) -> None:
        self._shards: list[dict[K, V]] = [{} for _ in range(SHARDS)]

    def __setitem__(self, key: K, value: V) -> None:
        self._shards[hash(key) % SHARDS][key] = value

    def get(self, key: K) -> V | None:
        return self._shards[hash(key) % SHARDS].get(key)

    def get_many(self, keys: Iterable[K]) -> list[V | None]:
        shards = self._shards
        return [shards[hash(key) % SHARDS].get(key) for key in keys]

    def pop(self, key: K) -> V | None:
        return self._shards[hash(key) % SHARDS].pop(key, None)
