"""The rate-limit headers."""

from typing import Protocol

from infrastructure.http.envelope import Headers


class Left(Protocol):
    @property
    def writes(self) -> int: ...

    @property
    def reset_seconds(self) -> int: ...


class Allowance(Protocol):
    def left(self, user_id: str) -> Left:
        """How many writes the user has left, and the seconds until all of them are back."""


class WriteLimitHeaders:
    """Says on each answer of a limited route how much is left when it is given."""

    def __init__(self, allowance: Allowance, writes: int) -> None:
        self._allowance = allowance
        self._writes = str(writes)

    def headers(self, user_id: str) -> Headers:
        left = self._allowance.left(user_id)
        return [
            ("X-RateLimit-Limit", self._writes),
            ("X-RateLimit-Remaining", str(left.writes)),
            ("X-RateLimit-Reset", str(left.reset_seconds)),
        ]
