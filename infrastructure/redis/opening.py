"""Opens timelines in Redis, and what watches over its connections."""

from collections.abc import Callable
from contextlib import suppress

from domain.errors import Unavailable
from infrastructure.memory.timeline import Room
from infrastructure.outside.engine import OutsideEngine
from infrastructure.outside.watching import watched
from infrastructure.redis.connections import TIMEOUT_SECONDS, Connections
from infrastructure.redis.primary import RENEW_SECONDS, Epochs, Primary, identity_of
from infrastructure.redis.timelines import RedisTimelines


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
