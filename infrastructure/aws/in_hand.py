"""The hints that a process has received and not finished."""

import threading
from collections import deque
from collections.abc import Iterable

from infrastructure.events.taken import Taken


class InHand:
    """Hints that wait for the fan-out, those under delivery, and those that are done and not deleted.

    A receipt is the handle with which SQS knows the message. The condition's lock protects all.
    """

    def __init__(self, capacity: int) -> None:
        """At most about `capacity` hints wait for the fan-out."""
        self.capacity = capacity
        self._changed = threading.Condition()
        self._waiting: deque[Taken] = deque()
        self._kept_at: dict[str, float] = {}
        self._done: list[str] = []
        self.taken = 0

    def put(self, hints: Iterable[Taken], now: float) -> None:
        """Adds hints, which others do not get for a while from `now` on."""
        with self._changed:
            for hint in hints:
                self._waiting.append(hint)
                self._kept_at[hint.receipt] = now
            self._changed.notify_all()

    def wait_for_room(self, count: int, timeout: float) -> bool:
        """Returns True as soon as so many more hints may wait; False after `timeout` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self._waiting) + count <= self.capacity, timeout)

    def take(self, timeout: float) -> Taken | None:
        """Returns the next hint for the fan-out; None after `timeout` seconds without one."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._waiting, max(0.0, timeout)):
                return None
            self.taken += 1
            self._changed.notify_all()
            return self._waiting.popleft()

    def done(self, receipt: str) -> None:
        """The hint may be deleted. Does nothing the second time."""
        with self._changed:
            if self._kept_at.pop(receipt, None) is not None:
                self._done.append(receipt)

    def take_done(self) -> list[str]:
        """Returns the receipts of hints to delete, and forgets them."""
        with self._changed:
            done, self._done = self._done, []
            return done

    def kept_before(self, moment: float) -> list[str]:
        """Returns the receipts of hints that are not done, and that were not kept since this moment."""
        with self._changed:
            return [receipt for receipt, kept_at in self._kept_at.items() if kept_at <= moment]

    def kept(self, receipts: Iterable[str], now: float) -> None:
        """Others do not get these hints for a while from `now` on."""
        with self._changed:
            for receipt in receipts:
                if receipt in self._kept_at:
                    self._kept_at[receipt] = now

    def depth(self) -> int:
        """Returns the number of hints that wait for the fan-out."""
        return len(self._waiting)

    def give_up(self) -> list[str]:
        """Forgets all hints; returns the receipts of those that are not done."""
        with self._changed:
            left = list(self._kept_at)
            self._waiting.clear()
            self._kept_at.clear()
            return left
