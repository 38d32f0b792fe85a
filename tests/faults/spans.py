"""When things began and ceased to exist, as far as their writers know, and what readers saw that cannot be."""

import math
from dataclasses import dataclass, field

NEVER = math.inf

WINDOW_SECONDS = 5.0
"""A publish that is still committing holds newer tweets back, usually for milliseconds, and never for longer."""


@dataclass(slots=True)
class Span:
    """Something that began to exist between two moments, and ceased to between two others."""

    begun_at: float
    there_at: float = NEVER
    ending_at: float = NEVER
    gone_at: float = NEVER

    def surely_during(self, began_at: float, ended_at: float) -> bool:
        """Whether it existed from the one moment to the other."""
        return self.there_at < began_at and ended_at < self.ending_at

    def maybe_during(self, began_at: float, ended_at: float) -> bool:
        """Whether it may have existed at some moment between."""
        return self.begun_at < ended_at and began_at < self.gone_at


@dataclass(slots=True)
class Published(Span):
    """A tweet; its text is that of no other."""

    author: str = ""
    tweet_id: int = 0
    """0 while no answer has told it."""


@dataclass(slots=True)
class Faults:
    """How many answers were compared, and what was wrong with them."""

    reads: int = 0
    missing: int = 0
    doubled: int = 0
    ghosts: int = 0
    """Tweets that were deleted, or whose author was not followed, or that nobody published."""
    held_back: int = 0
    """Tweets that came later than their answer, but within the window."""
    held_back_seconds: float = 0.0
    """The longest such time."""
    examples: list[str] = field(default_factory=list)

    @property
    def any(self) -> bool:
        return bool(self.missing or self.doubled or self.ghosts)

    def note(self, kind: str, what: str, count: int = 1) -> None:
        setattr(self, kind, getattr(self, kind) + count)
        self.examples.append(f"{kind}: {what}")

    def __str__(self) -> str:
        return f"{self.missing} missing, {self.doubled} doubled, {self.ghosts} ghosts: {self.examples[:10]}"
