"""The stores of a world: in memory or another engine, observed by the oracle, faulty on demand, and stepped."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from app.compose import Adapters
from app.compose.ports import Announcements, Clock, Events, FollowGraph, Looks, Outbox, Timelines, Tweets
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
from usecases.home_timeline.ports import Timelines as ViewedTimelines
from usecases.home_timeline.read import ReadHomeTimeline

NEVER = 1_000_000
"""A follower threshold that no author reaches, so every tweet is pushed."""

DUE_MS = 2500
"""The time after a publish or a lease until an outbox row is due."""

Change = Callable[[Adapters], Adapters]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The sizes of a world."""

    capacity: int = 3
    threshold: int = NEVER
    queue_capacity: int = 100
    max_attempts: int = 2
    idle_seconds: float = 60.0
    due_seconds: float = DUE_MS / 1000
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


@dataclass(frozen=True, slots=True)
class Engine:
    """The stores of one engine, with a second way to read that changes nothing, not even the time of the last read."""

    tweets: Tweets
    outbox: Outbox
    graph: FollowGraph
    timelines: Timelines
    events: Events
    announcements: Announcements
    unread: ViewedTimelines
    looks: Looks | None = None
    unread_looks: Looks | None = None
    keep_house: Callable[[], object] = lambda: None
    due_ms: int = DUE_MS
    """After so long every outbox row is due, wherever the clock was set meanwhile, if somebody keeps house."""


OpenEngine = Callable[[Bounds, Clock], Engine]


def in_memory(bounds: Bounds, clock: Clock) -> Engine:
    memory = open_memory(bounds.options(), clock)
    return Engine(
        memory.tweets,
        memory.outbox,
        memory.graph,
        memory.timelines,
        memory.events,
        memory.announcements,
        ReadOnlyTimelines(memory.timelines),
    )


class WorldStores:
    """The stepped adapters, with the hooks through which a test observes and breaks the stores behind them."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self.oracle = Oracle()
        self.pulled: set[int] = set()
        tweets = cast("Tweets", WatchedTweets(engine.tweets, self.oracle, self.pulled))
        graph = cast("FollowGraph", WatchedGraph(engine.graph, self.oracle))
        self.pushes = FaultyTimelines(engine.timelines)
        self.hints = LossyEvents(engine.events)
        self.read_only = engine.unread
        looks = engine.unread_looks or SeparateLooks(tweets, graph, self.read_only)
        self.peek = ReadHomeTimeline(looks, self.read_only, NoPreparation(), lambda _: None)
        self.adapters = Adapters(
            clock,
            stepped(tweets, "tweets"),
            stepped(engine.outbox, "outbox"),
            stepped(graph, "graph"),
            stepped(cast("Timelines", self.pushes), "timelines"),
            stepped(cast("Events", self.hints), "events"),
            stepped(engine.announcements, "announcements"),
            Unlimited(),
            secret_key="not used",  # noqa: S106 - nothing signs a cursor
            looks=stepped(engine.looks, "looks") if engine.looks else None,
        )
