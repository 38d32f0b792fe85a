"""The thread that runs the fan-out."""

import threading
import time

from infrastructure.background import BackgroundThread
from infrastructure.events.event_queue import EventQueue
from infrastructure.events.fan_out import FanOut

WAIT_SECONDS = 0.5


class FanOutWorker:
    """Runs the steps of a `FanOut` in a background thread. The condition's lock protects the number of steps."""

    def __init__(self, fan_out: FanOut, events: EventQueue) -> None:
        self._fan_out = fan_out
        self._events = events
        self._steps = 0
        self._stepped = threading.Condition()
        self.thread = BackgroundThread("fan-out", self._work, wake=events.wake)

    def start(self) -> None:
        self.thread.start()

    def stop(self, timeout: float) -> int:
        """Lets the present slice end and joins the thread; returns how many events were left."""
        self.thread.stop(timeout)
        return self._fan_out.left()

    def join(self, timeout: float) -> bool:
        """Waits until every event is pushed or a dead letter; False when that takes over `timeout` seconds."""
        deadline = time.monotonic() + timeout
        self._events.wake()
        while True:
            steps = self._steps_so_far()
            if not self._fan_out.left():
                return True
            if not self._steps_beyond(steps, deadline - time.monotonic()):
                return False

    def _steps_so_far(self) -> int:
        with self._stepped:
            return self._steps

    def _steps_beyond(self, steps: int, timeout: float) -> bool:
        with self._stepped:
            return self._stepped.wait_for(lambda: self._steps > steps, timeout)

    def _work(self) -> None:
        try:
            self._fan_out.step(WAIT_SECONDS)
        finally:
            # A step that raised may have been the last one that somebody waits for.
            with self._stepped:
                self._steps += 1
                self._stepped.notify_all()
        # Gives the interpreter lock to readers between slices; without it they wait for the switch interval.
        time.sleep(0)
