"""Opens timelines in DynamoDB, and what watches over it."""

from collections.abc import Callable
from contextlib import closing

from infrastructure.dynamodb import table as tables
from infrastructure.dynamodb.address import parse
from infrastructure.dynamodb.client import (
    ANSWER_SECONDS,
    CONNECT_SECONDS,
    ask,
    has_credentials,
    open_administration,
    open_client,
)
from infrastructure.dynamodb.partitions import DynamoPartitions
from infrastructure.dynamodb.senders import Senders
from infrastructure.dynamodb.table import ITEMS, query
from infrastructure.dynamodb.writes import PATIENCE_SECONDS, Writes
from infrastructure.outside.engine import Needs, OutsideEngine
from infrastructure.outside.guard import Guard
from infrastructure.outside.partitioned import PartitionedTimelines, Readers
from infrastructure.outside.watching import watched

NAME = "DynamoDB"

SENDERS = 4
"""Threads that send batches beside the thread that has them. More would find the interpreter busy."""

CAPACITY_MAX = 5000
"""A rebuild of a longer timeline would take longer than its reader waits."""

TTL_SECONDS = 30 * 24 * 3600
"""An item is kept for so long. Pages of older tweets come from the author logs."""


def check(url: str) -> None:
    """Raises `ValueError` if this names no table, or there is nothing to sign requests with."""
    parse(url)
    if not has_credentials():
        raise ValueError(
            "names DynamoDB, and there are no credentials for AWS: give the machine a role, or set AWS_ACCESS_KEY_ID "
            "and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"
        )


def open_at(url: str, needs: Needs) -> OutsideEngine:
    """Opens the timelines; DynamoDB need not answer yet. Raises `CannotUse` if the table cannot be used."""
    region, table = parse(url)
    return open_timelines(region, table, needs.readers, needs.now_ms, connections=needs.callers)


def prepare(url: str) -> None:
    """Makes the table unless it is there, and waits until it can be used; raises `CannotUse`."""
    check(url)
    region, table = parse(url)
    with closing(open_administration(region)) as client:
        tables.prepare(client, table)


def open_timelines(
    region: str,
    table: str,
    readers: Readers,
    now_ms: Callable[[], int],
    *,
    connections: int,
    endpoint_url: str | None = None,
    ttl_seconds: int = TTL_SECONDS,
    patience: float = 1.0,
) -> OutsideEngine:
    """Opens the timelines; DynamoDB need not answer yet. Raises `CannotUse` if the table cannot be used.

    `connections` is the number of threads that may ask at once, without those of the engine.
    """
    client = open_client(region, connections=connections + SENDERS + 1, endpoint_url=endpoint_url, patience=patience)
    tables.check(client, table)
    circuit, probe = watched("dynamodb-timelines", lambda: ask(lambda: query(client, table, "none", 0, 0, 1), ITEMS))
    senders = Senders("dynamodb-send", SENDERS)
    partitions = DynamoPartitions(client, table, Writes(client, table, senders), now_ms, ttl_seconds)
    timelines = PartitionedTimelines(readers, partitions, Guard(circuit), now_ms, ttl_seconds)

    def close() -> None:
        probe.stop((CONNECT_SECONDS + ANSWER_SECONDS) * patience)
        senders.close(PATIENCE_SECONDS)
        client.close()

    return OutsideEngine(timelines, circuit, close, [probe, *senders.threads])
