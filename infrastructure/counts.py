"""What stores count and hand out, for those who watch the process."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TweetCounts:
    """Tweets published so far, to be pushed and to be pulled, and those that are unpushed and unqueued now."""

    published_push: int
    published_pull: int
    unpushed: int
    unqueued: int


@dataclass(frozen=True, slots=True)
class TimelineCounts:
    """Timelines held now, and rebuilt and thrown away so far, and `deliveries`: the tweets pushed into each, summed.

    A tweet pushed into the same timeline again is another delivery; an absent timeline takes none, nor does
    one that no longer reaches down to the tweet.
    """

    held: int
    rebuilt: int
    discarded_idle: int
    discarded_stale: int
    deliveries: int


@dataclass(frozen=True, slots=True)
class DeadLetterCounts:
    """Dead letters held now, and dropped so far because there were too many."""

    held: int
    dropped: int


@dataclass(frozen=True, slots=True)
class StreamCounts:
    """Streams open now, how many may be, and the requests for one that were shed so far."""

    open: int
    capacity: int
    shed: int
