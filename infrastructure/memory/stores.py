"""All stores in memory."""

import threading
from dataclasses import dataclass

from domain.delivery import RetryPolicy
from infrastructure.clock import Clock
from infrastructure.memory.events import MemoryAnnouncements, MemoryEvents
from infrastructure.memory.follow_graph import MemoryFollowGraph
from infrastructure.memory.follower_list import CHUNK_SIZE
from infrastructure.memory.idempotency_keys import IdempotencyKeys
from infrastructure.memory.outbox import MemoryOutbox
from infrastructure.memory.timeline import Room
from infrastructure.memory.timelines import MemoryTimelines
from infrastructure.memory.tweets import MemoryTweets
from infrastructure.memory.unpushed import Unpushed
from infrastructure.memory.users import Users

ANNOUNCEMENTS_MAX = 10_000
"""Announcements that wait for the listener; a stream looks by itself for what is dropped."""


@dataclass(frozen=True, slots=True)
class MemoryOptions:
    """The limits of the stores."""

    retry: RetryPolicy
    node_id: int = 0
    idempotency_capacity: int = 1_000_000
    timeline_capacity: int = 800
    timeline_idle_seconds: float = 0.0
    event_queue_capacity: int = 100_000
    trim_share: int = 16
    """A full timeline loses one entry in so many at once."""
    chunk_size: int = CHUNK_SIZE
    """Followers a chunk of a user's list of followers."""
    due_seconds: float = 2.5
    """An outbox row is due so long after its publish, and again so long after it was leased."""


@dataclass(frozen=True, slots=True)
class MemoryStores:
    """One of each store; those that write in one step share what they must."""

    tweets: MemoryTweets
    outbox: MemoryOutbox
    graph: MemoryFollowGraph
    timelines: MemoryTimelines
    events: MemoryEvents
    announcements: MemoryAnnouncements


def open_memory(options: MemoryOptions, clock: Clock) -> MemoryStores:
    """Empty stores in this process's memory."""
    lock, unpushed, users = threading.Lock(), Unpushed(), Users()
    room = Room.for_entries(options.timeline_capacity, options.trim_share)
    keys = IdempotencyKeys(options.idempotency_capacity)
    graph = MemoryFollowGraph(users, options.chunk_size)
    return MemoryStores(
        MemoryTweets(
            lock,
            unpushed,
            keys,
            clock,
            node_id=options.node_id,
            hint_seconds=options.due_seconds,
            followers_count=graph.followers_count,
        ),
        MemoryOutbox(lock, unpushed, clock, options.retry, options.due_seconds),
        graph,
        MemoryTimelines(users, room, options.timeline_idle_seconds, clock.monotonic),
        MemoryEvents(options.event_queue_capacity),
        MemoryAnnouncements(ANNOUNCEMENTS_MAX),
    )
