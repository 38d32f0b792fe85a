"""Events. Metrics and logs observe them; the fan-out acts on `TweetCreated`, streams on `Announcement`."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class TweetCreated:
    """A hint to the fan-out: this tweet was stored and must be pushed to the author's followers."""

    tweet_id: int
    author_id: str
    trace_id: str = ""
    """Names the request that published the tweet, in logs here and elsewhere; empty if it has no name."""
    span_id: str = ""
    """Names the part of the trace in which the hint was sent; empty if nobody records it."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """Tells the streams of the author's followers that this tweet was published, or deleted."""

    tweet_id: int
    author_id: str
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class TweetPublished:
    """A tweet was stored; `mode` says how it reaches its readers."""

    mode: Literal["push", "pull"]


@dataclass(frozen=True, slots=True)
class SlicePushed:
    """A tweet was pushed to a slice of followers. `timelines` is the number of timelines that took it."""

    timelines: int


@dataclass(frozen=True, slots=True)
class TweetPushed:
    """The tweet reached its last follower's timeline `seconds` after it was published."""

    tweet_id: int
    seconds: float


@dataclass(frozen=True, slots=True)
class DeliveryFailed:
    """An attempt to push the tweet raised `error`; the next one is due in `retry_in` seconds."""

    tweet_id: int
    attempts: int
    error: str
    retry_in: float


@dataclass(frozen=True, slots=True)
class TweetDeadLettered:
    """The tweet could not be pushed in `attempts` attempts and was given up. It stays unpushed, so readers see it."""

    tweet_id: int
    author_id: str
    attempts: int
    error: str
    failed_at_ms: int


@dataclass(frozen=True, slots=True)
class TweetRedriven:
    """A dead letter was redriven: its tweet will be pushed again."""

    tweet_id: int


@dataclass(frozen=True, slots=True)
class HomeTimelineRead:
    """A page of a home timeline was read. `merged` is the most expensive source that it needed."""

    merged: Literal["timeline", "unpushed", "logs"]


@dataclass(frozen=True, slots=True)
class TimelineRebuilt:
    """An absent timeline was rebuilt from the author logs."""


@dataclass(frozen=True, slots=True)
class TimelinesDiscarded:
    """`count` timelines were discarded: nobody read them (idle), or they had too many outdated entries (stale)."""

    reason: Literal["idle", "stale"]
    count: int = 1


Event = (
    TweetPublished
    | SlicePushed
    | TweetPushed
    | DeliveryFailed
    | TweetDeadLettered
    | TweetRedriven
    | HomeTimelineRead
    | TimelineRebuilt
    | TimelinesDiscarded
)
"""All events that metrics and logs observe."""
