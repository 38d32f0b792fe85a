"""What a process does."""

from enum import Enum


class Role(Enum):
    """The part of Perch that a process is."""

    ALL = "all"
    """Answers HTTP and does the work, in one process."""
    SERVE = "serve"
    """Answers HTTP; other processes do the work."""
    WORK = "work"
    """Pushes tweets and keeps house; answers health checks and metrics only."""

    @property
    def serves(self) -> bool:
        return self is not Role.WORK

    @property
    def works(self) -> bool:
        return self is not Role.SERVE
