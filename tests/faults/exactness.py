"""Counts the differences between the pages of a reader and the oracle."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(slots=True)
class Differences:
    """Missing tweets, repeated tweets ("doubled"), tweets that should not be there ("ghosts"), and compared reads."""

    reads: int = 0
    missing: int = 0
    doubled: int = 0
    ghosts: int = 0

    def compare(self, given: Sequence[int], expected: Sequence[int]) -> None:
        """Adds the differences of one read."""
        self.reads += 1
        if given == expected:
            return
        times = Counter(given)
        self.missing += len(set(expected) - times.keys())
        self.doubled += sum(count - 1 for count in times.values())
        self.ghosts += len(times.keys() - set(expected))
        assert self.any, f"the order is wrong: {given}, {expected}"

    def add(self, other: "Differences") -> None:
        self.reads += other.reads
        self.missing += other.missing
        self.doubled += other.doubled
        self.ghosts += other.ghosts

    @property
    def any(self) -> bool:
        return bool(self.missing or self.doubled or self.ghosts)
