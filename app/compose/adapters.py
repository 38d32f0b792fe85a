"""Picks the adapters, with `events`, `outside` and `shared` beside."""

import random
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from prometheus_client.registry import Collector

from app.compose import ports
from app.compose.extras import needed_extra
from app.compose.role import Role
from app.compose.traces import with_traces
from app.settings import Settings
from domain.delivery import RetryPolicy
from infrastructure.background import BackgroundThread
from infrastructure.clock import Clock, SystemClock
from infrastructure.log import get_logger
from infrastructure.memory.stores import MemoryOptions, open_memory
from infrastructure.memory.write_allowance import FixedWindowAllowance, Unlimited
from infrastructure.sqlite.stores import open_sqlite
from usecases.allowance import WriteAllowance

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

log = get_logger("perch")

DUE_SHARE = 0.5
"""An outbox row is due after this share of the timeline window, so that a push without its hint is in time too."""


@dataclass(frozen=True, slots=True)
class Adapters:
    """One adapter for each port, and the engine's secret key, metrics, threads and end."""

    clock: Clock
    tweets: ports.Tweets
    outbox: ports.Outbox
    graph: ports.FollowGraph
    timelines: ports.Timelines
    events: ports.Events
    source: ports.EventSource
    """Where the fan-out takes hints."""
    announcements: ports.Announcements
    allowance: WriteAllowance
    secret_key: str = field(repr=False)
    """Signs cursors."""
    looks: ports.Looks | None = None
    """What a read asks for, where the engine answers several questions at once; else each store is asked."""
    is_writable: Callable[[], bool] = lambda: True
    collectors: Sequence[Collector] = ()
    """The metrics of the engine."""
    threads: Sequence[BackgroundThread] = ()
    """The engine's own threads, which run already."""
    chores: Sequence[Callable[[], object]] = ()
    """The housekeeping of the engine."""
    look_seconds: float = 0.0
    """The fan-out looks for due rows so often; 0: in every step."""
    takes_turn: Callable[[], bool] = lambda: True
    """Returns True if this process is the one that keeps house now."""
    reports_totals: Callable[[], bool] = lambda: True
    """Returns True if the metrics of this process are to have the totals of all processes."""
    around_app: Callable[["WSGIApplication"], "WSGIApplication"] | None = None
    """Wraps the application, where requests are traced."""
    observing: Callable[[ports.Observe], ports.Observe] | None = None
    """Wraps what is told of events, where deliveries are traced."""
    close: Callable[[], None] = lambda: None


def open_adapters(
    settings: Settings,
    role: Role = Role.ALL,
    *,
    clock: Clock | None = None,
    jitter: Callable[[], float] = random.random,
) -> Adapters:
    """Opens the adapters that the settings name; `jitter` returns random numbers from 0 to 1.

    Raises `CannotUse`, and `BadSetting` if an extra of the package is missing; then nothing stays open.
    """
    adapters = _opened(settings, role, clock or SystemClock(), jitter)
    try:
        return with_traces(settings, role, adapters)
    except BaseException:
        adapters.close()
        raise


def _opened(settings: Settings, role: Role, clock: Clock, jitter: Callable[[], float]) -> Adapters:
    rate = settings.api.rate_limit_writes
    allowance = Unlimited() if rate is None else FixedWindowAllowance(rate, clock.monotonic)
    if settings.store.is_shared:
        return _in_postgres(settings, role, clock, allowance, jitter)
    options = _memory_options(settings, jitter)
    path = settings.store.database_path
    if path is None:
        return _in_memory(settings, options, clock, allowance)
    return _in_sqlite(settings, path, options, clock, allowance)


def _in_memory(settings: Settings, options: MemoryOptions, clock: Clock, allowance: WriteAllowance) -> Adapters:
    stores = open_memory(options, clock)
    return Adapters(
        clock,
        stores.tweets,
        stores.outbox,
        stores.graph,
        stores.timelines,
        stores.events,
        stores.events,
        stores.announcements,
        allowance,
        settings.api.secret_key or _made_secret_key(),
    )


def _in_sqlite(
    settings: Settings, path: Path, options: MemoryOptions, clock: Clock, allowance: WriteAllowance
) -> Adapters:
    stores = open_sqlite(path, options, clock)
    return Adapters(
        clock,
        stores.tweets,
        stores.memory.outbox,
        stores.graph,
        stores.memory.timelines,
        stores.memory.events,
        stores.memory.events,
        stores.memory.announcements,
        allowance,
        settings.api.secret_key or stores.secret_key,
        is_writable=stores.journal.is_writable,
        collectors=[stores.journal.metrics],
        threads=[stores.journal.thread],
        close=stores.close,
    )


def _in_postgres(
    settings: Settings, role: Role, clock: Clock, allowance: WriteAllowance, jitter: Callable[[], float]
) -> Adapters:
    with needed_extra():
        from app.compose.postgres import open_in_postgres  # noqa: PLC0415 - its extra may not be installed
    if settings.api.rate_limit_writes is not None and not settings.store.redis_url:
        log.warning("write_limit_counts_in_each_process")
    return open_in_postgres(settings, role, clock, allowance, jitter)


def _memory_options(settings: Settings, jitter: Callable[[], float]) -> MemoryOptions:
    timelines = settings.timelines
    return MemoryOptions(
        RetryPolicy(timelines.delivery_max_attempts, jitter),
        node_id=settings.store.node_id,
        idempotency_capacity=settings.store.idempotency_capacity,
        timeline_capacity=timelines.timeline_capacity,
        timeline_idle_seconds=timelines.timeline_idle_seconds,
        event_queue_capacity=timelines.event_queue_capacity,
        due_seconds=timelines.timeline_window_seconds * DUE_SHARE,
    )


def _made_secret_key() -> str:
    log.warning("secret_key_made", advice="Set SECRET_KEY, so that cursors stay valid when this process ends.")
    return secrets.token_hex(32)
