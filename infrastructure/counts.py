"""Counts that stores report for the metrics."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OutboxCounts:
    """The tweets that wait to be pushed, those of them that wait after a failed attempt, and dead letters.

    `unpushed` is waiting, dead and pulled tweets. `oldest_waiting` is the oldest waiting tweet's id; None without any.
    """

    waiting: int
    retrying: int
    dead: int
    unpushed: int
    oldest_waiting: int | None


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """The hints in the queue, the queue's capacity, and the hints dropped so far because it was full."""

    depth: int
    capacity: int
    dropped: int


@dataclass(frozen=True, slots=True)
class StreamCounts:
    """The open streams, the largest number allowed, and the requests for a stream that were refused so far."""

    open: int
    capacity: int
    shed: int
