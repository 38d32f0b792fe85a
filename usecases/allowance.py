"""The limit on each user's writes."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class AllowanceLeft:
    """The `writes` left of the `limit` in this window. The window ends in `reset_seconds`, and all are back."""

    limit: int
    writes: int
    reset_seconds: int


class WriteAllowance(Protocol):
    """Counts a user's writes. Use cases count a write after all other checks have passed."""

    def spend(self, user_id: str, key: str | None = None) -> AllowanceLeft | None:
        """Counts one write and returns what is left; None if writes are not limited.

        Writes under one idempotency key that follow each other closely are one: only the first is counted, and none of
        the others is refused.
        Raises `RateLimited`, and counts nothing, if the user has no writes left.
        """
