"""Random schedules of stop, duplicate, loss, reorder and delay at every look, held against the oracle.

`python -m tests.faults.schedules --seed N` repeats one and prints its steps.
"""

import argparse
import random
import sys
from collections.abc import Callable, Sequence
from functools import partial

from tests.faults.exactness import Differences
from tests.faults.stopped_worker import StoppedWorker
from tests.integration import deeds as do
from tests.integration.scenes import Deed, Scene
from tests.integration.stores import NEVER, Bounds
from tests.integration.world import RETRY_MS, World

USERS = ("ada", "ben", "cleo", "dan")
TURNS = 150
OTHERS_MAX = 6
"""More who are at work at once, and none of them ever gets to an end."""

Act = Callable[[], str]
MakeWorld = Callable[[Bounds], World]


class Schedule:
    """One random schedule, all of which follows from its seed.

    A worker goes look by look. Before any look it may be stopped, by an exception there, or for so long that another
    takes over. Hints are lost, doubled and late, and tweets are delivered by others too, while users do everything,
    look by look as well.
    """

    def __init__(self, seed: int, make_world: MakeWorld = World) -> None:
        self.seed = seed
        self.steps: list[str] = []
        self.differences = Differences()
        self._chance = random.Random(seed)
        self._world = self._new_world(make_world)
        self._scene = Scene(self._world)
        self._worker = StoppedWorker(self._world, self._chance)
        self._others = self._worker.standing
        self._acts, self._act_weights = zip(*self._weighted_acts(), strict=True)

    def run(self) -> None:
        """Plays the schedule; every reader is compared after each turn, and in the end when nothing is left to do."""
        try:
            for _ in range(TURNS):
                [act] = self._chance.choices(self._acts, self._act_weights)
                self.steps.append(act())
                self._compare_all()
            self._settle()
        finally:
            self._world.close()

    @property
    def stops(self) -> int:
        """How often the worker was stopped."""
        return self._worker.stops

    def _new_world(self, make_world: MakeWorld) -> World:
        chance = self._chance
        bounds = Bounds(
            capacity=chance.randint(1, 5),
            slice_size=chance.randint(1, 3),
            threshold=chance.choice((3, NEVER, NEVER)),
            queue_capacity=chance.randint(1, 4),
            max_attempts=chance.randint(1, 4),
            stale_entries=chance.randint(1, 5),
            active=chance.randint(1, 4),
            idle_seconds=RETRY_MS / 2000,
        )
        world = make_world(bounds)
        for user in USERS:
            world.follow(user, *(other for other in USERS if other != user and chance.random() < 0.8))
            world.home(user)
        return world

    def _weighted_acts(self) -> Sequence[tuple[Act, int]]:
        worker = self._worker
        return (
            (worker.look, 30),
            (worker.end_step, 6),
            (worker.end_thread, 5),
            (worker.stand_still, 5),
            (worker.fail_push, 4),
            (worker.keep_promise, 4),
            (self._do, 30),
            (self._begin, 12),
            (self._go_on_elsewhere, 30),
        )

    def _compare_all(self) -> None:
        for user in USERS:
            self.differences.compare(self._world.peek(user, limit=100), self._world.oracle.home(user))

    def _some_deed(self) -> Deed:
        chance = self._chance
        user, other = chance.sample(USERS, 2)
        nth, limit = chance.randrange(8), chance.randint(1, 3)
        deeds = {
            do.publish(user): 12,
            do.delete(nth): 3,
            do.follow(user, other): 3,
            do.unfollow(user, other): 3,
            do.refollow(user, other): 3,
            do.discard(user): 2,
            do.read(user, limit, include_self=chance.random() < 0.3, afresh=chance.random() < 0.2): 6,
            do.go_on(nth, limit): 3,
            do.poll(user, limit): 3,
            do.prepare(user): 2,
            do.hint_again(nth): 4,
            do.lose_hints(limit): 4,
            do.deliver_again(nth): 4,
            do.redrive(): 3,
            do.move_clock(chance.choice((-1000, 1, 100, 1000, RETRY_MS))): 5,
        }
        [deed] = chance.choices(list(deeds), list(deeds.values()))
        return deed

    def _do(self) -> str:
        deed = self._some_deed()
        deed.do(self._scene)
        return f"{deed}"

    def _begin(self) -> str:
        if len(self._others) >= OTHERS_MAX:
            return self._go_on_elsewhere()
        deed = self._some_deed()
        self._others.append(self._world.begin(partial(deed.do, self._scene)))
        return f"somebody begins {deed}"

    def _go_on_elsewhere(self) -> str:
        if not self._others:
            return "nobody else is at work"
        strand = self._chance.choice(self._others)
        at = strand.at
        strand.advance()
        if strand.at is None:
            self._others.remove(strand)
            strand.finish()
        return f"somebody else does {at}"

    def _settle(self) -> None:
        self.steps.append("everybody ends what they began, all is redriven and pushed")
        self._world.pushes.fail_no_more()
        for strand in self._others:
            strand.finish()
        self._worker.end_step()
        self._world.deliver_due()
        self._world.redrive()
        self._world.deliver_due()
        self._compare_all()
        for user in USERS:
            self.differences.compare(self._world.home(user), self._world.oracle.home(user))
        lost = set(self._world.unpushed()) - self._world.pulled
        assert not lost, f"not pushed: {lost}"


def played(seed: int, make_world: MakeWorld = World) -> Schedule:
    """The schedule of this seed, once it is through; raises `AssertionError` with its steps where it goes wrong."""
    schedule = Schedule(seed, make_world)
    try:
        schedule.run()
        assert not schedule.differences.any, schedule.differences
    except AssertionError as error:
        raise AssertionError(f"{error}\n{told(schedule)}") from error
    return schedule


def told(schedule: Schedule) -> str:
    """What it did, and how to repeat it."""
    steps = (f"{number:4} {step}" for number, step in enumerate(schedule.steps, 1))
    return "\n".join([*steps, f"python -m tests.faults.schedules --seed {schedule.seed}"])


def main() -> int:
    parser = argparse.ArgumentParser(description="Repeats one schedule.")
    parser.add_argument("--seed", type=int, required=True)
    print(told(played(parser.parse_args().seed)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
