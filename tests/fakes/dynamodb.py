"""Timelines in DynamoDB for tests: in an emptied table, and with a clock that the test moves."""

from cluster.engines.dynamodb_server import REGION, DynamoServer
from infrastructure.clock import Clock
from infrastructure.dynamodb.opening import open_timelines
from infrastructure.outside.engine import OutsideEngine
from infrastructure.postgres.epochs import PostgresEpoch
from infrastructure.postgres.readers import PostgresReaders
from infrastructure.postgres.stores import OpenOutside

PATIENCE = 40.0
"""So much longer than usual that a busy machine is not taken for a server that does not answer."""

TTL_SECONDS = 100 * 365 * 24 * 3600
"""No entry of a test expires, however small its id."""


def opening(
    server: DynamoServer,
    clock: Clock,
    *,
    port: int = 0,
    connections: int = 20,
    ttl_seconds: int = TTL_SECONDS,
    patience: float = PATIENCE,
) -> OpenOutside:
    """What opens timelines there, or through a proxy on this port."""

    def open_outside(readers: PostgresReaders, _: PostgresEpoch) -> OutsideEngine:
        return open_timelines(
            REGION,
            server.table,
            readers,
            clock.now_ms,
            connections=connections,
            endpoint_url=server.url_through(port or server.port),
            ttl_seconds=ttl_seconds,
            patience=patience,
        )

    return open_outside
