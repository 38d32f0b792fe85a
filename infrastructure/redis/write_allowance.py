"""The write allowance, counted in Redis for all processes together."""

import math
from collections.abc import Callable

from redis.exceptions import ResponseError

from domain.errors import Unavailable
from infrastructure.memory.write_allowance import TOGETHER_SECONDS, FixedWindowAllowance, Rate, refusal
from infrastructure.outside.circuit import Circuit, Refused
from infrastructure.redis.connections import Connections, packed
from infrastructure.redis.scripts import source
from usecases.allowance import AllowanceLeft

SPEND = source("spend")


class RedisAllowance:
    """Counts each user's writes in fixed windows. A window begins with the user's first write.

    While Redis fails, each process counts for itself, from none on: no write is refused because of that.
    """

    def __init__(
        self,
        connections: Connections,
        namespace: str,
        rate: Rate,
        circuit: Circuit,
        monotonic: Callable[[], float],
    ) -> None:
        """Names of keys in Redis begin with the namespace."""
        self._connections = connections
        self._namespace = namespace
        self._rate = rate
        self._circuit = circuit
        self._alone = FixedWindowAllowance(rate, monotonic)

    def spend(self, user_id: str, key: str | None = None) -> AllowanceLeft:
        """Counts one write, or one under each key, and returns what is left.

        Raises `RateLimited`, and counts nothing, if none is left.
        """
        try:
            is_allowed, spent, reset = self._circuit.call(lambda: self._spent(user_id, key))
        except Unavailable:
            return self._alone.spend(user_id, key)
        if not is_allowed:
            raise refusal(self._rate, reset)
        return AllowanceLeft(self._rate.writes, self._rate.writes - spent, reset)

    def _spent(self, user_id: str, key: str | None) -> tuple[bool, int, int]:
        """Returns whether the write is allowed, how many there are in the window, and the seconds until its end."""
        rate = self._rate
        window = f"{self._namespace}:{rate.writes}/{rate.seconds}:{user_id}"
        names = [window] if key is None else [window, f"{window}:{key}"]
        [answer] = self._connections.ask(
            packed("EVAL", SPEND, len(names), *names, rate.writes, rate.seconds * 1000, TOGETHER_SECONDS * 1000)
        )
        if isinstance(answer, ResponseError):
            raise Refused(f"Redis refuses: {answer}")
        allowed, spent, left_ms = answer
        return bool(allowed), spent, max(1, math.ceil(left_ms / 1000))
