"""How often a user may write."""

from typing import Protocol


class WriteAllowance(Protocol):
    """Counts a user's writes. Each write is counted when nothing else speaks against it any more."""

    def spend(self, user_id: str) -> None:
        """Counts one write; raises `RateLimited`, and counts nothing, when the user has none left."""
