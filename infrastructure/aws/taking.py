"""Takes hints from the queue."""

import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from domain.errors import Unavailable
from infrastructure.aws.dead_events import dead_event
from infrastructure.aws.in_hand import InHand
from infrastructure.aws.queue import BATCH, Queue
from infrastructure.background import BackgroundThread
from infrastructure.clock import SystemClock
from infrastructure.counts import QueueCounts
from infrastructure.events.codec import BadHint, decode
from infrastructure.events.taken import Taken
from infrastructure.outside.circuit import Circuit

if TYPE_CHECKING:
    from types_boto3_sqs.type_defs import MessageTypeDef

WAITING_MAX = 100
"""The most hints that wait in a process, so that others get theirs: as many as the fan-out delivers at once."""

VISIBILITY_SECONDS = 30
"""Others get a hint so long after the process that has it was last alive."""

KEEP_SHARE = 1 / 3
"""A hint is kept again after this share of the time."""

SETTLE_SECONDS = 0.2
"""The pause between two deletions; each takes up to ten hints in a request."""

ROOM_SECONDS = 0.5
RELEASE_SECONDS = 2.0


class SqsSource:
    """Receives hints in one thread; deletes them, or keeps them from others while they are in hand, in another.

    What is no hint is sent to the dead-letter queue. The lock protects their number. Each of the three has a circuit of
    its own, because a process may be allowed to do one and not another.
    """

    def __init__(self, main: Queue, dead: Queue, capacity: int, visibility_seconds: int = VISIBILITY_SECONDS) -> None:
        """Asks nothing yet."""
        self._main = main
        self._dead_queue = dead
        self._visibility_seconds = visibility_seconds
        self._in_hand = InHand(max(BATCH, min(capacity, WAITING_MAX)))
        self._clock = SystemClock()
        self._lock = threading.Lock()
        self._dead = 0
        self._receiving, self._settling, self._burying = self.circuits = [
            Circuit("sqs"),
            Circuit("sqs-settle"),
            Circuit("sqs-dlq"),
        ]
        self.threads = [
            BackgroundThread("sqs-receive", self._receive, gives_way=False),
            BackgroundThread("sqs-settle", self._settle, pause_seconds=SETTLE_SECONDS, gives_way=False),
        ]

    def take(self, timeout: float) -> Taken | None:
        """Returns the next hint; None after `timeout` seconds without one."""
        return self._in_hand.take(timeout)

    def done(self, taken: Taken) -> None:
        """The hint is deleted soon. If that fails, it comes again, which is harmless."""
        self._in_hand.done(taken.receipt)

    def counts(self) -> QueueCounts:
        with self._lock:
            dead = self._dead
        return QueueCounts(self._in_hand.depth(), self._in_hand.capacity, taken=self._in_hand.taken, dead=dead)

    def close(self, timeout: float) -> None:
        """Stops the threads, within about `timeout` seconds, and lets others have what is in hand."""
        deadline = time.monotonic() + timeout
        for thread in self.threads:
            thread.ask_to_stop()
        for thread in self.threads:
            thread.stop(max(0.0, deadline - time.monotonic()))
        with suppress(Unavailable):
            self._settling.call(self._release)
        self._main.close()

    def _release(self) -> None:
        self._main.delete(self._in_hand.take_done())
        self._main.keep(self._in_hand.give_up(), 0, time.monotonic() + RELEASE_SECONDS)

    def _receive(self) -> None:
        if not self._in_hand.wait_for_room(BATCH, ROOM_SECONDS):
            return
        began = time.monotonic()
        messages = self._receiving.call(lambda: self._main.receive(self._visibility_seconds))
        hints, bad = [], []
        for message in messages:
            try:
                hints.append(Taken(decode(message["Body"].encode()), message["ReceiptHandle"]))
            except BadHint as error:
                bad.append((message, str(error)))
        self._in_hand.put(hints, began)
        if bad:
            self._burying.call(lambda: self._bury(bad))

    def _bury(self, bad: "list[tuple[MessageTypeDef, str]]") -> None:
        """Sends them to the dead-letter queue, and deletes those that are there; the others come again."""
        origin = self._main.arn()
        buried = self._dead_queue.send(
            [dead_event(message["Body"], reason, self._clock.now_ms(), origin) for message, reason in bad]
        )
        self._main.delete(bad[number][0]["ReceiptHandle"] for number in sorted(buried))
        with self._lock:
            self._dead += len(buried)

    def _settle(self) -> None:
        try:
            if done := self._in_hand.take_done():
                self._settling.call(lambda: self._main.delete(done))
        finally:
            self._keep()

    def _keep(self) -> None:
        began = time.monotonic()
        old = self._in_hand.kept_before(began - self._visibility_seconds * KEEP_SHARE)
        if old:
            self._settling.call(lambda: self._main.keep(old, self._visibility_seconds))
            self._in_hand.kept(old, began)
