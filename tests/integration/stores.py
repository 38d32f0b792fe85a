"""The stores of a world: in memory, observed by the oracle, faulty on demand, and stepped."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from app.compose import Adapters
from app.compose.ports import Clock, Events, FollowGraph, Timelines, Tweets
from domain.delivery import RetryPolicy
from infrastructure.memory.stores import MemoryOptions, open_memory
from infrastructure.memory.write_allowance import Unlimited
from tests.fakes.oracle import Oracle
from tests.fakes.strand import stepped
from tests.integration.watched import (
    FaultyTimelines,
    LossyEvents,
    NoPreparation,
    ReadOnlyTimelines,
    WatchedGraph,
    WatchedTweets,
)
from usecases.home_timeline.looks import SeparateLooks
from usecases.home_timeline.read import ReadHomeTimeline

NEVER = 1_000_000
"""A follower threshold that no author reaches, so every tweet is pushed."""

Change = Callable[[Adapters], Adapters]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The sizes of a world."""

    capacity: int = 3
    threshold: int = NEVER
    queue_capacity: int = 100
    max_attempts: int = 2
    idle_seconds: float = 60.0
    due_seconds: float = 2.5
    trim_share: int = 16
    chunk_size: int = 1024
    slice_size: int = 1
    active: int = 100
    stale_entries: int = 100

    def options(self) -> MemoryOptions:
        return MemoryOptions(
            RetryPolicy(self.max_attempts, jitter=lambda: 1.0),
            timeline_capacity=self.capacity,
            timeline_idle_seconds=self.idle_seconds,
            event_queue_capacity=self.queue_capacity,
            due_seconds=self.due_seconds,
            trim_share=self.trim_share,
            chunk_size=self.chunk_size,
        )


class WorldStores:
    """The stepped adapters, with the hooks through which a test observes and breaks the stores behind them."""

    def __init__(self, bounds: Bounds, clock: Clock) -> None:
        self.oracle = Oracle()
        self.pulled: set[int] = set()
        memory = open_memory(bounds.options(), clock)
        tweets = cast("Tweets", WatchedTweets(memory.tweets, self.oracle, self.pulled))
        graph = cast("FollowGraph", WatchedGraph(memory.graph, self.oracle))
        self.pushes = FaultyTimelines(memory.timelines)
        self.hints = LossyEvents(memory.events)
        self.read_only = ReadOnlyTimelines(memory.timelines)
        self.peek = ReadHomeTimeline(
            SeparateLooks(tweets, graph, self.read_only), self.read_only, NoPreparation(), lambda _: None
        )
        self.adapters = Adapters(
            clock,
            stepped(tweets, "tweets"),
            stepped(memory.outbox, "outbox"),
            stepped(graph, "graph"),
            stepped(cast("Timelines", self.pushes), "timelines"),
            stepped(cast("Events", self.hints), "events"),
            stepped(memory.announcements, "announcements"),
            Unlimited(),
            secret_key="not used",  # noqa: S106 - nothing signs a cursor
        )
