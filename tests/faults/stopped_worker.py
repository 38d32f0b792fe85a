"""A worker that goes look by look, and is stopped before any of them."""

import random
from typing import Any

from tests.fakes.strand import Strand
from tests.integration.world import World


class StoppedWorker:
    """Runs the fan-out of a world. Each method does something to it and returns what that was."""

    def __init__(self, world: World, chance: random.Random) -> None:
        self.stops = 0
        self.standing: list[Strand[Any]] = []
        """Workers who stand still; they may go on while another works."""
        self._world = world
        self._chance = chance
        self._step: Strand[Any] | None = None

    def look(self) -> str:
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
        """An exception that ends threads comes out of the worker's next look."""
        if self._step is None or self._step.at is None:
            return "nothing to end"
        at, worker, self._step = self._step.at, self._step, None
        worker.abandon()
        self.stops += 1
        return f"the worker's thread is ended before {at}"

    def stand_still(self) -> str:
        """Another worker takes over, and this one goes on whenever it does."""
        at = None if self._step is None else self._step.at
        if self._step is not None:
            self.standing.append(self._step)
        self._step = None
        self._world.crash()
        self.stops += 1
        return f"the worker stands still before {at}"

    def fail_push(self) -> str:
        after = self._chance.randrange(3)
        self._world.pushes.fail_next(after=after)
        return f"a push will fail after {after} timelines"

    def keep_promise(self) -> str:
        """Whatever was lost before: once the due time has passed, a worker that can push has pushed everything."""
        ended = self._chance.choice((self.end_step, self.end_thread, self.stand_still))()
        self._world.pushes.fail_no_more()
        self._world.deliver_due()
        assert not self._world.left(), f"{self._world.left()} tweets still wait after the due time"
        return f"{ended}; the due time passes"
