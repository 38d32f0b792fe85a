"""The fan-out: takes hints and due outbox rows, and delivers their tweets slice by slice."""

from collections import deque
from typing import Protocol

from domain.delivery import Delivery
from domain.events import TweetCreated

ACTIVE_MAX = 100
"""The most deliveries under way at once. At this number, further hints wait in their bounded queue."""


class EventSource(Protocol):
    def take(self, timeout: float) -> TweetCreated | None:
        """Returns the next hint; None after `timeout` seconds without one."""


class Outbox(Protocol):
    def due(self, limit: int) -> list[Delivery]:
        """Returns at most `limit` due deliveries and leases them: they are due again when the lease ends."""


class Deliver(Protocol):
    def execute(self, delivery: Delivery) -> Delivery | None:
        """Pushes the next slice; returns the rest of the delivery, None if nothing is left to do now."""


class FanOut:
    """Delivers tweets step by step. Only one thread at a time may call `step`.

    Each step runs one slice of the next new delivery and one slice of a delivery under way, in rotation, so a large
    fan-out does not delay the tweets behind it. No tweet is lost with a hint, or when the thread ends during a
    delivery: the outbox row falls due. Due rows are looked for in every step while few deliveries are under way, and
    otherwise after half a rotation, because the outbox may be an engine that takes as long to answer as for a slice.
    """

    def __init__(self, source: EventSource, outbox: Outbox, deliver: Deliver, active_max: int = ACTIVE_MAX) -> None:
        self._source = source
        self._outbox = outbox
        self._deliver = deliver
        self._active_max = active_max
        self._active: deque[Delivery] = deque()
        self._steps_to_look = 0

    def step(self, timeout: float = 0.0) -> bool:
        """Runs at most two slices; returns False if there was nothing to do within `timeout` seconds."""
        self._take_due()
        hint = self._take_hint(timeout)
        if hint is not None:
            self._run_slice(Delivery(hint.tweet_id, hint.author_id))
        elif not self._active:
            return False
        if self._active:
            self._run_slice(self._active.popleft())
        return True

    def _take_due(self) -> None:
        if self._steps_to_look:
            self._steps_to_look -= 1
            return
        due = self._outbox.due(self._active_max - len(self._active))
        if due:
            # A delivery that outlasts its lease is due again while it is still under way.
            under_way = {delivery.tweet_id for delivery in self._active}
            self._active.extend(delivery for delivery in due if delivery.tweet_id not in under_way)
        self._steps_to_look = len(self._active) // 2

    def _take_hint(self, timeout: float) -> TweetCreated | None:
        if len(self._active) >= self._active_max:
            return None
        return self._source.take(0.0 if self._active else timeout)

    def _run_slice(self, delivery: Delivery) -> None:
        left = self._deliver.execute(delivery)
        if left is not None:
            self._active.append(left)
