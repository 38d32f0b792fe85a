"""Opens the adapters on PostgreSQL. Only this module needs the extra `postgres`."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress

from app.compose.adapters import DUE_SHARE, Adapters
from app.compose.events import open_events
from app.compose.outside import outside_opener
from app.compose.role import Role
from app.compose.shared import Shared, open_shared
from app.settings import Settings
from domain.delivery import RetryPolicy
from domain.errors import Unavailable
from infrastructure.clock import Clock
from infrastructure.events.metrics import DeadEventMetrics
from infrastructure.outside.circuit import Circuit
from infrastructure.outside.metrics import CircuitMetrics
from infrastructure.postgres.leases import Lease
from infrastructure.postgres.metrics import FrontierMetrics, PostgresMetrics
from infrastructure.postgres.stores import CLOSE_SECONDS, PostgresOptions, PostgresStores, open_postgres
from usecases.allowance import WriteAllowance

LEASE_SECONDS = 5.0
"""An outbox row that a worker took is due again after this time, unless it goes on with the delivery."""

HOUSEKEEPING = "housekeeping"
HOUSEKEEPING_SECONDS = 30.0
"""Another process keeps house when the one that did has not come back for so long."""

LOOK_SECONDS = 0.5
"""With a broker, a worker looks so often, or oftener, for outbox rows that fell due without their hint."""


def open_in_postgres(
    settings: Settings, role: Role, clock: Clock, allowance: WriteAllowance, jitter: Callable[[], float]
) -> Adapters:
    """Opens the adapters; raises `CannotUse`, and then nothing stays open."""
    with ExitStack() as opened:
        stores = open_postgres(
            settings.store.database_url,
            settings.store.timelines,
            _options(settings, role, jitter),
            outside_opener(settings, clock),
        )
        opened.callback(stores.database.close, CLOSE_SECONDS)
        if stores.outside:
            opened.callback(stores.outside.close)
        shared = Shared(stores.announcements, allowance)
        if role.serves:
            shared = open_shared(settings, stores, allowance, clock.monotonic)
        opened.callback(shared.close)
        lease = Lease(stores.database, HOUSEKEEPING, HOUSEKEEPING_SECONDS)
        opened.callback(_release, lease)
        broker = open_events(settings, role)
        opened.callback(broker.close)
        return Adapters(
            clock,
            stores.tweets,
            stores.outbox,
            stores.graph,
            stores.timelines,
            broker.events,
            broker.source,
            shared.announcements,
            shared.allowance,
            settings.api.secret_key or stores.secret_key,
            looks=stores.looks,
            is_writable=stores.database.is_up,
            collectors=[
                PostgresMetrics(stores.database),
                CircuitMetrics([*_circuits(stores), *shared.circuits, *broker.circuits]),
                # `serve` answers scrapes in the thread that reads all connections, and must not ask the database there.
                *([FrontierMetrics(stores.tweets.frontier_and_last_id)] if role.works else []),
                *([DeadEventMetrics(broker.source)] if settings.store.events_url and role.works else []),
            ],
            threads=[
                *stores.database.threads,
                *(stores.outside.threads if stores.outside else ()),
                *shared.threads,
                *broker.threads,
            ],
            chores=stores.chores,
            takes_turn=lease.take,
            look_seconds=min(LOOK_SECONDS, _due_seconds(settings) / 2),
            reports_totals=lambda: lease.is_held,
            close=opened.pop_all().close,
        )


def _options(settings: Settings, role: Role, jitter: Callable[[], float]) -> PostgresOptions:
    timelines = settings.timelines
    return PostgresOptions(
        RetryPolicy(timelines.delivery_max_attempts, jitter),
        connections=settings.store.database_connections,
        timeline_capacity=timelines.timeline_capacity,
        timeline_idle_seconds=timelines.timeline_idle_seconds,
        pushes=settings.store.timelines != "none",
        due_seconds=_due_seconds(settings),
        lease_seconds=LEASE_SECONDS,
        waits_for_disk=role.serves,
    )


def _due_seconds(settings: Settings) -> float:
    """Rows are due at once where no hint comes first."""
    return settings.timelines.timeline_window_seconds * DUE_SHARE if settings.store.events_url else 0.0


def _circuits(stores: PostgresStores) -> Sequence[Circuit]:
    return [stores.outside.circuit] if stores.outside else []


def _release(lease: Lease) -> None:
    with suppress(Unavailable):
        lease.release()
