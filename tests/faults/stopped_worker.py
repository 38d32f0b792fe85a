"""A worker that proceeds by store calls and can be stopped before any of them."""

import random
from typing import Any

from tests.fakes.strand import Strand
from tests.integration.world import World


class StoppedWorker:
    """Runs the fan-out of a world. Each method acts on the worker and returns a description of the step."""

    def __init__(self, world: World, chance: random.Random) -> None:
        self.stops = 0
        self.paused: list[Strand[Any]] = []
        """Paused workers, which may resume while another one works."""
        self._world = world
        self._chance = chance
        self._step: Strand[Any] | None = None

    def next_call(self) -> str:
        if self._step is None or self._step.at is None:
            self._step = self._world.begin(self._world.fan_out.step)
            return "the worker begins a step"
        at = self._step.at
        self._step.advance()
        return f"the worker does {at}"

    def end_step(self) -> str:
        if self._step is not None:
            self._step.finish()
        self._step = None
        self._world.deliver_all()
        return "the worker delivers all that is due"

    def end_thread(self) -> str:
        """Ends the worker's thread by an exception at its next store call."""
        if self._step is None or self._step.at is None:
            return "nothing to end"
        at, worker, self._step = self._step.at, self._step, None
        worker.abandon()
        self.stops += 1
        return f"the worker's thread is ended before {at}"

    def pause(self) -> str:
        """Pauses the worker, which may resume at any time, and lets another one take over."""
        at = None if self._step is None else self._step.at
        if self._step is not None:
            self.paused.append(self._step)
        self._step = None
        self._world.crash()
        self.stops += 1
        return f"the worker pauses before {at}"

    def fail_push(self) -> str:
        after = self._chance.randrange(3)
        self._world.pushes.fail_next(after=after)
        return f"a push will fail after {after} timelines"

    def check_due_time(self) -> str:
        """Checks that a healthy worker has pushed everything when the due time has passed, whatever was lost before."""
        ended = self._chance.choice((self.end_step, self.end_thread, self.pause))()
        self._world.pushes.stop_failing()
        self._world.deliver_due()
        assert not self._world.left(), f"{self._world.left()} tweets still wait after the due time"
        return f"{ended}; the due time passes"
