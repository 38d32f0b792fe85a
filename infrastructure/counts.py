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
    """The hints in the queue and the queue's capacity, and what happened to hints so far in this process.

    `sent`: they went on their way. `dropped`: the queue was full, or the broker did not take them. `taken`: the fan-out
    took them. `dead`: they were no hints, and are dead events at the broker.
    """

    depth: int = 0
    capacity: int = 0
    dropped: int = 0
    sent: int = 0
    taken: int = 0
    dead: int = 0


@dataclass(frozen=True, slots=True)
class StreamCounts:
    """The open streams, the largest number allowed, and the requests for a stream that were refused so far."""

    open: int
    capacity: int
    shed: int
