"""The fan-out: takes hints and due outbox rows, and delivers their tweets slice by slice."""

import time
from collections import deque
from collections.abc import Callable
from typing import NamedTuple, Protocol

from domain.delivery import Delivery
from infrastructure.events.taken import EventSource, Taken
from infrastructure.log import current_trace_id

ACTIVE_MAX = 100
"""The most deliveries under way at once. At this number, further hints wait in their bounded queue."""


class Outbox(Protocol):
    def due(self, limit: int) -> list[Delivery]:
        """Returns at most `limit` due deliveries and leases them: they are due again when the lease ends."""


class Deliver(Protocol):
    def execute(self, delivery: Delivery) -> Delivery | None:
        """Pushes the next slice; returns the rest of the delivery, None if nothing is left to do now."""


class _UnderWay(NamedTuple):
    """A delivery, and the hint that it began with; None if it began with a due row."""

    delivery: Delivery
    hint: Taken | None = None


class FanOut:
    """Delivers tweets step by step. Only one thread at a time may call `step`.

    Each step runs one slice of the next new delivery and one slice of a delivery under way, in rotation, so a large
    fan-out does not delay the tweets behind it. No tweet is lost with a hint, or when the thread ends during a
    delivery: the outbox row falls due. Due rows are looked for in every step while few deliveries are under way, and
    otherwise after half a rotation, because the outbox may be an engine that takes as long to answer as for a slice.

    A source hears that a hint is done when its tweet is pushed, or when the failure is in the outbox row. A hint whose
    delivery raises is done too: the row falls due.
    """

    def __init__(
        self,
        source: EventSource,
        outbox: Outbox,
        deliver: Deliver,
        active_max: int = ACTIVE_MAX,
        look_seconds: float = 0.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """While hints come first, due rows are few: there are `look_seconds` between two looks that found few."""
        self._source = source
        self._outbox = outbox
        self._deliver = deliver
        self._active_max = active_max
        self._look_seconds = look_seconds
        self._monotonic = monotonic
        self._active: deque[_UnderWay] = deque()
        self._steps_to_look = 0
        self._look_at = 0.0

    def step(self, timeout: float = 0.0) -> bool:
        """Runs at most two slices; returns False if there was nothing to do within `timeout` seconds."""
        self._take_due()
        hint = self._take_hint(timeout)
        if hint is not None:
            self._run_slice(_UnderWay(Delivery(hint.event.tweet_id, hint.event.author_id), hint))
        elif not self._active:
            return False
        if self._active:
            self._run_slice(self._active.popleft())
        return True

    def _take_due(self) -> None:
        if self._steps_to_look:
            self._steps_to_look -= 1
            return
        if self._look_seconds and self._monotonic() < self._look_at:
            return
        room = self._active_max - len(self._active)
        due = self._outbox.due(room)
        if due:
            # A delivery that outlasts its lease is due again while it is still under way.
            under_way = {each.delivery.tweet_id for each in self._active}
            self._active.extend(_UnderWay(delivery) for delivery in due if delivery.tweet_id not in under_way)
        self._steps_to_look = len(self._active) // 2
        if self._look_seconds and len(due) < room:
            self._look_at = self._monotonic() + self._look_seconds

    def _take_hint(self, timeout: float) -> Taken | None:
        if len(self._active) >= self._active_max:
            return None
        return self._source.take(0.0 if self._active else timeout)

    def _run_slice(self, under_way: _UnderWay) -> None:
        delivery, hint = under_way
        left = None
        token = current_trace_id.set(hint.event.trace_id if hint else "")
        try:
            left = self._deliver.execute(delivery)
        finally:
            current_trace_id.reset(token)
            if left is not None:
                self._active.append(_UnderWay(left, hint))
            elif hint is not None:
                self._source.done(hint)
