"""Adapters on a Redis server, with the row of the epoch in memory."""

from collections.abc import Callable

from infrastructure.memory.timeline import Room
from infrastructure.outside.circuit import Circuit
from infrastructure.outside.epochs import Epochs
from infrastructure.redis.connections import Connections
from infrastructure.redis.primary import RENEW_SECONDS, Primary
from infrastructure.redis.timelines import RedisTimelines
from tests.redis.world import IDLE_SECONDS, TIMEOUT_SECONDS, EpochRow


class Made:
    """One process's timelines, and what is below them."""

    def __init__(
        self,
        url: str,
        *,
        epochs: Epochs | None = None,
        capacity: int = 100,
        idle_seconds: float = IDLE_SECONDS,
        monotonic: Callable[[], float] = lambda: 0.0,
        renew_seconds: float = RENEW_SECONDS,
    ) -> None:
        self.epochs = epochs or EpochRow()
        self.connections = Connections(url, TIMEOUT_SECONDS)
        self.circuit = Circuit("redis")
        self.primary = Primary(self.connections, self.epochs, self.circuit, monotonic, renew_seconds=renew_seconds)
        self.primary.renew()
        self.room = Room.for_entries(capacity)
        self.timelines = RedisTimelines(self.connections, self.primary, self.room, idle_seconds)

    def build(self, *ids: int, user_id: str = "alice", floor: int = 0, mark: int = 1) -> int:
        """Builds a timeline with these entries and returns its generation."""
        generation = self.timelines.install(user_id).generation
        self.timelines.merge(user_id, generation, ids, floor, mark)
        return generation

    def key(self, user_id: str = "alice") -> str:
        return self.timelines._key(self.primary.current(), user_id)
