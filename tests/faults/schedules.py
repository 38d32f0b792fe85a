"""Random schedules that stop, repeat, lose, reorder and delay deliveries at any store call, compared with the oracle.

`python -m tests.faults.schedules --seed N` repeats one and prints its steps.
"""

import argparse
import random
import sys
from collections.abc import Callable, Sequence
from functools import partial

from tests.faults.exactness import Differences
from tests.faults.stopped_worker import StoppedWorker
from tests.integration import actions as do
from tests.integration.scenes import Action, Scene
from tests.integration.stores import NEVER, Bounds
from tests.integration.world import RETRY_MS, World

USERS = ("ada", "ben", "cleo", "dan")
TURNS = 150
OTHERS_MAX = 6
"""With more concurrent strands, none of them would ever end."""

Act = Callable[[], str]
MakeWorld = Callable[[Bounds], World]


class Schedule:
    """One random schedule, which its seed determines completely.

    A worker proceeds by store calls. Before any call an exception may end it, or it may pause for so long that another
    worker takes over. Hints are lost, repeated and late, other workers deliver the same tweets, and users act, also
    interleaved by store calls.
    """

    def __init__(self, seed: int, make_world: MakeWorld = World) -> None:
        self.seed = seed
        self.steps: list[str] = []
        self.differences = Differences()
        self._chance = random.Random(seed)
        self._world = self._new_world(make_world)
        self._scene = Scene(self._world)
        self._worker = StoppedWorker(self._world, self._chance)
        self._others = self._worker.paused
        self._acts, self._act_weights = zip(*self._weighted_acts(), strict=True)

    def run(self) -> None:
        """Plays the schedule; compares every reader with the oracle after each turn and after the final deliveries."""
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
        """The number of times that the worker was stopped."""
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
            (worker.next_call, 30),
            (worker.end_step, 6),
            (worker.end_thread, 5),
            (worker.pause, 5),
            (worker.fail_push, 4),
            (worker.check_due_time, 4),
            (self._do, 30),
            (self._begin, 12),
            (self._advance_other, 30),
        )

    def _compare_all(self) -> None:
        for user in USERS:
            self.differences.compare(self._world.peek(user, limit=100), self._world.oracle.home(user))

    def _some_action(self) -> Action:
        chance = self._chance
        user, other = chance.sample(USERS, 2)
        nth, limit = chance.randrange(8), chance.randint(1, 3)
        actions = {
            do.publish(user): 12,
            do.delete(nth): 3,
            do.follow(user, other): 3,
            do.unfollow(user, other): 3,
            do.refollow(user, other): 3,
            do.discard(user): 2,
            do.read(user, limit, include_self=chance.random() < 0.3, after_discard=chance.random() < 0.2): 6,
            do.read_next(nth, limit): 3,
            do.poll(user, limit): 3,
            do.prepare(user): 2,
            do.hint_again(nth): 4,
            do.lose_hints(limit): 4,
            do.deliver_again(nth): 4,
            do.redrive(): 3,
            do.move_clock(chance.choice((-1000, 1, 100, 1000, RETRY_MS))): 5,
        }
        [action] = chance.choices(list(actions), list(actions.values()))
        return action

    def _do(self) -> str:
        action = self._some_action()
        action.do(self._scene)
        return f"{action}"

    def _begin(self) -> str:
        if len(self._others) >= OTHERS_MAX:
            return self._advance_other()
        action = self._some_action()
        self._others.append(self._world.begin(partial(action.do, self._scene)))
        return f"another strand begins {action}"

    def _advance_other(self) -> str:
        if not self._others:
            return "no other strand is active"
        strand = self._chance.choice(self._others)
        at = strand.at
        strand.advance()
        if strand.at is None:
            self._others.remove(strand)
            strand.finish()
        return f"another strand does {at}"

    def _settle(self) -> None:
        self.steps.append("all strands finish, and all tweets are redriven and pushed")
        self._world.pushes.stop_failing()
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
    """Plays the schedule of this seed and returns it; an `AssertionError` lists its steps."""
    schedule = Schedule(seed, make_world)
    try:
        schedule.run()
        assert not schedule.differences.any, schedule.differences
    except AssertionError as error:
        raise AssertionError(f"{error}\n{described(schedule)}") from error
    return schedule


def described(schedule: Schedule) -> str:
    """Returns the steps, and the command that repeats them."""
    steps = (f"{number:4} {step}" for number, step in enumerate(schedule.steps, 1))
    return "\n".join([*steps, f"python -m tests.faults.schedules --seed {schedule.seed}"])


def main() -> int:
    parser = argparse.ArgumentParser(description="Repeats one schedule.")
    parser.add_argument("--seed", type=int, required=True)
    print(described(played(parser.parse_args().seed)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
