"""The one place that picks adapters."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from app.compose import ports
from app.settings import Settings
from domain.delivery import RetryPolicy
from infrastructure.clock import SystemClock
from infrastructure.memory.stores import MemoryOptions, open_memory
from infrastructure.memory.write_allowance import FixedWindowAllowance, Unlimited
from usecases.allowance import WriteAllowance

DUE_SHARE = 0.5
"""An outbox row is due after this share of the timeline window, so that a push without its hint is in time too."""


@dataclass(frozen=True, slots=True)
class Adapters:
    """What stands behind each port."""

    clock: ports.Clock
    tweets: ports.Tweets
    outbox: ports.Outbox
    graph: ports.FollowGraph
    timelines: ports.Timelines
    events: ports.Events
    announcements: ports.Announcements
    allowance: WriteAllowance


def open_adapters(
    settings: Settings, *, clock: ports.Clock | None = None, jitter: Callable[[], float] = random.random
) -> Adapters:
    """Opens what the settings ask for. `jitter` gives random numbers from 0 to 1, which spread retries."""
    clock = clock or SystemClock()
    timelines, rate = settings.timelines, settings.api.rate_limit_writes
    options = MemoryOptions(
        RetryPolicy(timelines.delivery_max_attempts, jitter),
        node_id=settings.store.node_id,
        idempotency_capacity=settings.store.idempotency_capacity,
        timeline_capacity=timelines.timeline_capacity,
        timeline_idle_seconds=timelines.timeline_idle_seconds,
        event_queue_capacity=timelines.event_queue_capacity,
        due_seconds=timelines.timeline_window_seconds * DUE_SHARE,
    )
    stores = open_memory(options, clock)
    return Adapters(
        clock,
        stores.tweets,
        stores.outbox,
        stores.graph,
        stores.timelines,
        stores.events,
        stores.announcements,
        Unlimited() if rate is None else FixedWindowAllowance(rate, clock.monotonic),
    )
