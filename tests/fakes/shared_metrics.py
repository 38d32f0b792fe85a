"""The metrics that only processes on shared engines have, without the engines."""

from prometheus_client import CollectorRegistry, generate_latest

from infrastructure.events.metrics import DeadEventMetrics
from infrastructure.events.no_hints import NoHints
from infrastructure.outside.circuit import Circuit
from infrastructure.outside.metrics import CircuitMetrics
from infrastructure.postgres.database import Database
from infrastructure.postgres.metrics import FrontierMetrics, PostgresMetrics


def shared_metrics() -> str:
    """What such a process adds to its metrics, in the text format."""
    registry = CollectorRegistry()
    registry.register(DeadEventMetrics(NoHints()))
    registry.register(CircuitMetrics([Circuit("an engine")]))
    registry.register(PostgresMetrics(Database("postgresql://", connections=1)))
    registry.register(FrontierMetrics(lambda: (0, 0)))
    return generate_latest(registry).decode()
