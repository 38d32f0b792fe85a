"""Opens timelines in Redis, and what watches over its connections."""

from collections.abc import Callable
from contextlib import suppress

from domain.errors import Unavailable
from infrastructure.memory.timeline import Room
from infrastructure.outside.engine import Needs, OutsideEngine
from infrastructure.outside.epochs import Epochs
from infrastructure.outside.watching import watched
from infrastructure.redis.connections import TIMEOUT_SECONDS, Connections
from infrastructure.redis.primary import RENEW_SECONDS, Primary, identity_of
from infrastructure.redis.timelines import RedisTimelines

NAME = "Redis"

CAPACITY_MAX = 10_000
"""A script that changes a longer timeline would keep Redis from other work for too long."""


def check(url: str) -> None:
    """Raises `ValueError` if this is no URL of a Redis server."""
    try:
        Connections(url)
    except ValueError as error:
        raise ValueError(f"must be the address of a Redis server: {error}") from None


def open_at(url: str, needs: Needs) -> OutsideEngine:
    """Opens the timelines; they need not answer yet."""
    return open_timelines(url, needs.epochs, needs.monotonic, capacity=needs.capacity, idle_seconds=needs.idle_seconds)


def prepare(url: str) -> None:
    """Checks the address: Redis needs nothing to be made."""
    check(url)


def open_timelines(
    url: str,
    epochs: Epochs,
    monotonic: Callable[[], float],
    *,
    capacity: int,
    idle_seconds: float,
    timeout_seconds: float = TIMEOUT_SECONDS,
    renew_seconds: float = RENEW_SECONDS,
) -> OutsideEngine:
    """Opens the timelines; they need not answer yet. Raises `ValueError` if this is no URL of a Redis server."""
    connections = Connections(url, timeout_seconds)
    circuit, thread = watched("redis-timelines", lambda: identity_of(connections))
    primary = Primary(connections, epochs, circuit, monotonic, renew_seconds=renew_seconds)
    with suppress(Unavailable):
        primary.renew()
    timelines = RedisTimelines(connections, primary, Room.for_entries(capacity), idle_seconds)

    def close() -> None:
        thread.stop(timeout_seconds)
        connections.drop()

    return OutsideEngine(timelines, circuit, close, [thread])
