"""Which server has the timelines that count."""

from typing import Protocol


class Epochs(Protocol):
    """The row of the epoch, in the database."""

    def current(self) -> tuple[int, str]: ...

    def claim(self, epoch: int, identity: str) -> None:
        """Begins a new epoch with this server, unless the epoch is not the given one any more."""
