"""Timelines in DynamoDB alone, for readers who are in memory."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from cluster.engines.dynamodb_server import REGION, DynamoServer
from infrastructure.dynamodb.opening import open_timelines
from infrastructure.outside.engine import OutsideEngine, OutsideTimelines
from tests.fakes.clock import ManualClock
from tests.fakes.dynamodb import TTL_SECONDS
from tests.fakes.partitions import MemoryReaders

PATIENCE = 4.0
"""So much longer than usual that a busy machine is not taken for a server that does not answer, and still short."""

ALL = 1000
NEWEST = (1 << 63) - 1


@contextmanager
def opened(
    server: DynamoServer, port: int = 0, *, patience: float = PATIENCE, ttl_seconds: int = TTL_SECONDS
) -> Iterator[OutsideEngine]:
    """The timelines of one process, through this port."""
    engine = open_timelines(
        REGION,
        server.table,
        MemoryReaders(ManualClock(), 0.0),
        lambda: round(time.time() * 1000),
        connections=20,
        endpoint_url=server.url_through(port or server.port),
        ttl_seconds=ttl_seconds,
        patience=patience,
    )
    try:
        yield engine
    finally:
        engine.close()


def build(timelines: OutsideTimelines, *ids: int, user_id: str = "alice") -> None:
    """Prepares a timeline with these entries."""
    timelines.merge(user_id, timelines.install(user_id).generation, ids, 0, 1)


def ids(timelines: OutsideTimelines, user_id: str = "alice") -> list[int]:
    return list(timelines.view(user_id, 0, NEWEST, ALL).ids)
