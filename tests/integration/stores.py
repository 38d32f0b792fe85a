"""The stores of a world: observed by the oracle, faulty on demand, and stepped."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import cast

from app.compose import Adapters
from app.compose.ports import Events, FollowGraph, Looks, Timelines, Tweets
from domain.delivery import RetryPolicy
from infrastructure.clock import Clock
from infrastructure.memory.stores import MemoryOptions, open_memory
from infrastructure.memory.write_allowance import Unlimited
from tests.fakes.clock import ManualClock
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
from usecases.home_timeline import ports as home_timeline
from usecases.home_timeline.looks import SeparateLooks
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
    """The adapters of an engine, which is empty, and what reads them without changing anything."""

    clock: ManualClock
    adapters: Adapters
    peeked: Looks
    """The looks of a read that prepares nothing and does not count as a read."""
    read_only: home_timeline.Timelines
    keep_house: Callable[[], object] = lambda: None
    due_ms: int = DUE_MS
    """After so long every outbox row is due, wherever the clock was set meanwhile, if somebody keeps house."""


MakeEngine = Callable[[Bounds, Oracle], Engine]


def in_memory(bounds: Bounds, _: Oracle, clock: Clock | None = None) -> Engine:
    manual = ManualClock()
    memory = open_memory(bounds.options(), clock or manual)
    read_only = ReadOnlyTimelines(memory.timelines)
    adapters = Adapters(
        clock or manual,
        memory.tweets,
        memory.outbox,
        memory.graph,
        memory.timelines,
        memory.events,
        memory.events,
        memory.announcements,
        Unlimited(),
        secret_key="not used",  # noqa: S106 - nothing signs a cursor
    )
    return Engine(manual, adapters, SeparateLooks(memory.tweets, memory.graph, read_only), read_only)


class WorldStores:
    """The stepped adapters, with the hooks through which a test observes and breaks the stores behind them."""

    def __init__(self, bounds: Bounds, make_engine: MakeEngine) -> None:
        self.oracle = Oracle()
        self.pulled: set[int] = set()
        engine = make_engine(bounds, self.oracle)
        self.clock = engine.clock
        self.keep_house, self.due_ms = engine.keep_house, engine.due_ms
        self.read_only = engine.read_only
        self.peek = ReadHomeTimeline(engine.peeked, engine.read_only, NoPreparation(), lambda _: None)
        plain = engine.adapters
        self.pushes = FaultyTimelines(plain.timelines)
        self.hints = LossyEvents(plain.events)
        self.adapters = replace(
            plain,
            tweets=stepped(cast("Tweets", WatchedTweets(plain.tweets, self.oracle, self.pulled)), "tweets"),
            outbox=stepped(plain.outbox, "outbox"),
            graph=stepped(cast("FollowGraph", WatchedGraph(plain.graph, self.oracle)), "graph"),
            timelines=stepped(cast("Timelines", self.pushes), "timelines"),
            events=stepped(cast("Events", self.hints), "events"),
            source=stepped(plain.source, "source"),
            announcements=stepped(plain.announcements, "announcements"),
            looks=plain.looks and stepped(plain.looks, "looks"),
        )
