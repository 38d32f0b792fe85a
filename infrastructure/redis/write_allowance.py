"""The write allowance, counted in Redis for all processes together."""

import math
from collections.abc import Callable
from typing import cast

from limits import RateLimitItemPerSecond
from limits.storage import RedisStorage
from redis import Redis, exceptions
from redis.connection import ConnectionPool

from domain.errors import Unavailable
from infrastructure.memory.write_allowance import FixedWindowAllowance, Rate, refusal
from infrastructure.outside.circuit import Circuit, NoAnswer
from infrastructure.redis.connections import TIMEOUT_SECONDS, options
from usecases.allowance import AllowanceLeft


class RedisAllowance:
    """Counts each user's writes in fixed windows. A window begins with the user's first write.

    While Redis fails, each process counts for itself, from none on: no write is refused because of that.
    """

    def __init__(
        self,
        url: str,
        namespace: str,
        rate: Rate,
        circuit: Circuit,
        monotonic: Callable[[], float],
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        """Keys begin with the namespace."""
        self._rate = rate
        self._circuit = circuit
        self._item = RateLimitItemPerSecond(rate.writes, rate.seconds)
        pool = ConnectionPool.from_url(url, **options(timeout_seconds))
        self._storage = RedisStorage(url, pool, namespace)
        self._client = Redis(connection_pool=pool)
        self._alone = FixedWindowAllowance(rate, monotonic)
        self.close = pool.disconnect

    def spend(self, user_id: str) -> AllowanceLeft:
        """Counts one write and returns what is left; raises `RateLimited`, and counts nothing, if none is left."""
        try:
            spent, reset = self._circuit.call(lambda: self._spent(user_id))
        except Unavailable:
            return self._alone.spend(user_id)
        if spent > self._rate.writes:
            raise refusal(self._rate, reset)
        return AllowanceLeft(self._rate.writes, self._rate.writes - spent, reset)

    def _spent(self, user_id: str) -> tuple[int, int]:
        """Counts one write; returns how many there are in the window, and the seconds until its end.

        Those beyond the limit are counted too, which changes nothing: the window ends when it would end without them.
        """
        key = self._item.key_for(user_id)
        try:
            spent = self._storage.incr(key, self._rate.seconds)
            # The library's `get_expiry` rounds to seconds, so that a client would come back too early.
            left_ms = cast("int", self._client.pttl(self._storage.prefixed_key(key)))
        except exceptions.TimeoutError as error:
            raise NoAnswer("Redis did not answer in time.") from error
        except exceptions.RedisError as error:
            raise Unavailable(f"Redis cannot be asked: {error}") from error
        return spent, max(1, math.ceil(left_ms / 1000))
