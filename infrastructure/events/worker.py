"""The thread that runs the fan-out."""

import threading
import time

from infrastructure.background import BackgroundThread
from infrastructure.events.event_queue import EventQueue
from infrastructure.events.fan_out import FanOut

WAIT_SECONDS = 0.5

TURN_SECONDS = 0.0002
"""Of work, before readers get their turn. Busy ones keep the interpreter lock for 5 ms: with one small fan-out a turn,
there would be 200 a second."""


class FanOutWorker:
    """Runs the steps of a `FanOut` in a background thread. The condition's lock protects the number of turns."""

    def __init__(self, fan_out: FanOut, events: EventQueue) -> None:
        self._fan_out = fan_out
        self._events = events
        self._turns = 0
        self._turned = threading.Condition()
        self.thread = BackgroundThread("fan-out", self._work, wake=events.wake)

    def start(self) -> None:
        self.thread.start()

    def stop(self, timeout: float) -> int:
        """Lets the present turn end and joins the thread; returns how many events were left."""
        self.thread.stop(timeout)
        return self._fan_out.left()

    def join(self, timeout: float) -> bool:
        """Waits until every event is pushed or a dead letter; False when that takes over `timeout` seconds."""
        deadline = time.monotonic() + timeout
        self._events.wake()
        while True:
            turns = self._turns_so_far()
            if not self._fan_out.left():
                return True
            if not self._turns_beyond(turns, deadline - time.monotonic()):
                return False

    def _turns_so_far(self) -> int:
        with self._turned:
            return self._turns

    def _turns_beyond(self, turns: int, timeout: float) -> bool:
        with self._turned:
            return self._turned.wait_for(lambda: self._turns > turns, timeout)

    def _work(self) -> None:
        try:
            self._take_a_turn()
        finally:
            # A turn that raised may have been the last one that somebody waits for.
            with self._turned:
                self._turns += 1
                self._turned.notify_all()
        # Gives the interpreter lock to readers between turns; without it they wait for the switch interval.
        time.sleep(0)

    def _take_a_turn(self) -> None:
        until = time.perf_counter() + TURN_SECONDS
        worked = self._fan_out.step(WAIT_SECONDS)
        while worked and time.perf_counter() < until:
            worked = self._fan_out.step()
