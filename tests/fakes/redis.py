"""Timelines in Redis for tests: on an emptied server, and with a clock that the test moves."""

from cluster.engines.redis_server import RedisServer
from infrastructure.outside.engine import OutsideEngine
from infrastructure.postgres.epochs import PostgresEpoch
from infrastructure.postgres.readers import PostgresReaders
from infrastructure.postgres.stores import OpenOutside
from infrastructure.redis.opening import open_timelines
from tests.fakes.clock import ManualClock

TIMEOUT_SECONDS = 20.0
"""So long that a busy machine is not taken for a server that does not answer."""

SECOND_MS = 1000


class RedisClock(ManualClock):
    """A manual clock that the expiry of keys goes by, too.

    A key expires when the clock has moved far enough, and not before. For the server a time that has begun is a second,
    in which the test must do what it does until the clock moves again.
    """

    def __init__(self, clock: ManualClock, server: RedisServer) -> None:
        super().__init__()
        self._clock = clock
        self._server = server
        self._left_ms: dict[bytes, int] = {}

    def now_ms(self) -> int:
        return self._clock.now_ms()

    def monotonic(self) -> float:
        return self._clock.monotonic()

    def set_back(self, milliseconds: int) -> None:
        self._clock.set_back(milliseconds)

    def set_now(self, now_ms: int) -> None:
        self._clock.set_now(now_ms)

    def advance(self, milliseconds: int) -> None:
        self._clock.advance(milliseconds)
        keys = self._server.ask("KEYS", "*")
        shown_ms = self._server.ask_all(("PTTL", key) for key in keys)
        expiring = [(key, ms) for key, ms in zip(keys, shown_ms, strict=True) if ms >= 0]
        self._server.ask_all(("PEXPIRE", key, _begun(self._aged_ms(key, ms, milliseconds))) for key, ms in expiring)

    def _aged_ms(self, key: bytes, shown_ms: int, milliseconds: int) -> int:
        left_ms = self._left_ms.get(key, 0)
        if _begun(left_ms) != _begun(shown_ms):
            # The key is new, or its time was renewed.
            left_ms = _begun(shown_ms)
        self._left_ms[key] = left_ms - milliseconds
        return self._left_ms[key]


def _begun(milliseconds: int) -> int:
    """Rounds up to whole seconds."""
    return -(-milliseconds // SECOND_MS) * SECOND_MS


def opening(url: str, clock: ManualClock, *, capacity: int, idle_seconds: float) -> OpenOutside:
    """What opens timelines there."""

    def open_outside(_: PostgresReaders, epochs: PostgresEpoch) -> OutsideEngine:
        return open_timelines(
            url,
            epochs,
            clock.monotonic,
            capacity=capacity,
            idle_seconds=idle_seconds,
            timeout_seconds=TIMEOUT_SECONDS,
            renew_seconds=0.0,
        )

    return open_outside
