"""Idempotency keys in memory."""

import threading
from collections import OrderedDict
from collections.abc import Callable

from usecases.publish_tweet_once import KeptAnswer

KEPT_SECONDS = 24 * 3600.0


class MemoryIdempotencyKeys:
    """The newest `capacity` keys of all users, each for 24 hours. The lock protects the dict.

    Keys are in the order of their reservation, so that the oldest are the first to go.
    """

    def __init__(self, capacity: int, monotonic: Callable[[], float]) -> None:
        self._capacity = capacity
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._answers: OrderedDict[tuple[str, str], tuple[float, KeptAnswer]] = OrderedDict()

    def reserve(self, user_id: str, key: str, digest: str) -> KeptAnswer | None:
        """Reserves the user's key for this digest in one step; what it is used for already, if it is."""
        now = self._monotonic()
        with self._lock:
            self._forget_expired(now)
            held = self._answers.get((user_id, key))
            if held is not None:
                return held[1]
            # Only now: a repeat adds no key, and must not push out its own.
            while len(self._answers) >= self._capacity:
                self._answers.popitem(last=False)
            self._answers[user_id, key] = now + KEPT_SECONDS, KeptAnswer(digest, None)
            return None

    def keep(self, user_id: str, key: str, answer: KeptAnswer) -> None:
        """Keeps the answer of a reserved key; nothing happens when it had to go meanwhile."""
        with self._lock:
            held = self._answers.get((user_id, key))
            if held is not None:
                self._answers[user_id, key] = held[0], answer

    def release(self, user_id: str, key: str) -> None:
        """Gives a reserved key back, unused."""
        with self._lock:
            self._answers.pop((user_id, key), None)

    def _forget_expired(self, now: float) -> None:
        answers = self._answers
        while answers and next(iter(answers.values()))[0] <= now:
            answers.popitem(last=False)
