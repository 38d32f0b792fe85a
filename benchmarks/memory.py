"""Memory of timelines, as the allocator counts it."""

import tracemalloc
from collections.abc import Iterator

from infrastructure.memory.timelines import MemoryTimelines
from infrastructure.memory.users import Users

USERS = 2_000
CAPACITY = 800


def memory_rows() -> Iterator[str]:
    """Bytes of an empty timeline, and of each entry of a full one."""
    user_ids = [f"user-{number}" for number in range(USERS)]
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    timelines = MemoryTimelines(Users(), CAPACITY, 0, lambda: 0.0)
    for user in user_ids:
        generation, _ = timelines.install(user)
        timelines.merge(user, generation, (), 0, 1)
    empty = tracemalloc.get_traced_memory()[0]
    for number in range(CAPACITY):
        timelines.push((1 << 60) + number, user_ids)
    full = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    yield f"bytes of a user's empty timeline:         {(empty - before) / USERS:8.1f}"
    yield f"bytes of a timeline entry, {CAPACITY} a user:     {(full - empty) / USERS / CAPACITY:8.2f}"
