"""The thread that runs the fan-out."""

import threading
import time
from typing import Protocol

from infrastructure.background import BackgroundThread
from infrastructure.counts import OutboxCounts
from infrastructure.delivery.fan_out import FanOut

WAIT_SECONDS = 0.1
"""The time for which a step waits for a hint before it checks for due rows again."""

TURN_SECONDS = 0.0002
"""The time that the worker keeps the interpreter lock before it yields to readers. Busy readers keep it for 5 ms, so
with one small fan-out per turn there would be only 200 fan-outs a second."""


class Outbox(Protocol):
    def counts(self) -> OutboxCounts: ...


class FanOutWorker:
    """Runs the steps of a `FanOut` in a background thread. The condition's lock protects the number of turns."""

    def __init__(self, fan_out: FanOut, outbox: Outbox) -> None:
        self._fan_out = fan_out
        self._outbox = outbox
        self._turns = 0
        self._turned = threading.Condition()
        self.thread = BackgroundThread("fan-out", self._work)

    def join(self, timeout: float) -> bool:
        """Waits until no tweet is waiting and all events were observed; returns False after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while True:
            turns = self._turns_so_far()
            is_empty = not self._outbox.counts().waiting
            # The turn that emptied the outbox may not have reported its events yet.
            if not self._wait_for_turn_after(turns, deadline - time.monotonic()):
                return False
            if is_empty:
                return True

    def _turns_so_far(self) -> int:
        with self._turned:
            return self._turns

    def _wait_for_turn_after(self, turns: int, timeout: float) -> bool:
        with self._turned:
            return self._turned.wait_for(lambda: self._turns > turns, timeout)

    def _work(self) -> None:
        try:
            self._take_a_turn()
        finally:
            # A caller of `join` may wait for a turn that raised, so that one counts too.
            with self._turned:
                self._turns += 1
                self._turned.notify_all()
        # Releases the interpreter lock to readers; otherwise they wait for the switch interval.
        time.sleep(0)

    def _take_a_turn(self) -> None:
        until = time.perf_counter() + TURN_SECONDS
        worked = self._fan_out.step(WAIT_SECONDS)
        while worked and time.perf_counter() < until:
            worked = self._fan_out.step()
