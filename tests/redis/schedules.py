"""Random schedules of users, workers and servers, by the model in which the rules of the epoch were found.

`python -m tests.redis.schedules --seed N` repeats one and prints its steps.
"""

import argparse
import random
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from cluster.engines.own_redis import MISSING, find_redis
from domain.errors import TweetNotFound
from tests.fakes.strand import Strand
from tests.redis.servers import Servers
from tests.redis.world import AUTHORS, USERS, MakeProcess, Process, RedisWorld

STEPS = (60, 160)
AT_ONCE = 6
ALL = 1000
"""More looks than any work has."""


class Schedule:
    """One schedule, which its seed determines. Each read is checked, and in the end every timeline."""

    def __init__(self, seed: int, servers: Servers, make_process: MakeProcess = Process) -> None:
        self.steps: list[str] = []
        self.seed = seed
        self._chance = random.Random(seed)
        self._world = RedisWorld(servers, make_process)
        self._running: list[tuple[str, Strand[Any]]] = []

    def run(self) -> None:
        try:
            for _ in range(self._chance.randint(*STEPS)):
                if len(self._running) < AT_ONCE and self._chance.random() < 0.5:
                    self._begin()
                if self._running:
                    self._advance(self._chance.choice((1, 1, 2, 3, ALL)))
            while self._running:
                self._advance(ALL)
            self._world.check()
        finally:
            self._world.close()

    def _begin(self) -> None:
        chance, world = self._chance, self._world
        process, user, author = chance.randrange(len(world.processes)), chance.choice(USERS), chance.choice(AUTHORS)
        tweets = sorted(world.oracle.tweets()) or [0]
        works: dict[str, tuple[int, Callable[[], object]]] = {
            f"publish by {author}": (25, partial(world.publish, author)),
            "delete": (3, partial(self._delete, chance.choice(tweets))),
            f"follow {author} by {user}": (8, partial(world.follow, user, author)),
            f"unfollow {author} by {user}": (4, partial(world.unfollow, user, author)),
            f"deliver by {process}": (24, partial(world.deliver, process, chance.choice(tweets[-4:]))),
            f"read of {user} by {process}": (28, partial(world.read, process, user)),
        }
        trouble = self._trouble(process)
        weights = [*(weight for weight, _ in works.values()), 10]
        [name] = chance.choices([*works, "trouble"], weights)
        if name == "trouble":
            self.steps.append(trouble())
        else:
            self.steps.append(f"begin {name}")
            self._running.append((name, world.begin(works[name][1])))

    def _delete(self, tweet_id: int) -> None:
        with suppress(TweetNotFound, KeyError):
            self._world.delete(tweet_id)

    def _trouble(self, process: int) -> Callable[[], str]:
        servers = self._world.servers
        troubles: dict[str, tuple[int, Callable[[], object]]] = {
            "evict": (30, partial(servers.evict, 0.5, self._chance)),
            "save": (12, servers.save),
            "restart from a snapshot": (6, partial(servers.restart, empty=False)),
            "restart empty": (3, partial(servers.restart, empty=True)),
            "a replica falls behind": (15, servers.fall_behind),
            "fail over": (15, servers.fail_over),
            "turn back": (5, servers.turn_back),
            f"{process} connects anew": (14, self._world.processes[process].connections.drop),
        }
        [name] = self._chance.choices(list(troubles), [weight for weight, _ in troubles.values()])

        def make() -> str:
            troubles[name][1]()
            return name

        return make

    def _advance(self, looks: int) -> None:
        at = self._chance.randrange(len(self._running))
        name, strand = self._running[at]
        for _ in range(looks):
            if strand.at is None:
                break
            self.steps.append(f"  {strand.at} of {name}")
            strand.advance()
        if strand.at is None:
            del self._running[at]
            strand.finish()


def played(seed: int, servers: Servers, make_process: MakeProcess = Process) -> Schedule:
    """Plays the schedule of this seed and returns it; an `AssertionError` lists its steps."""
    schedule = Schedule(seed, servers, make_process)
    try:
        schedule.run()
    except AssertionError as error:
        raise AssertionError(f"{error}\n{described(schedule)}") from error
    return schedule


def described(schedule: Schedule) -> str:
    """Returns the steps, and the command that repeats them."""
    return "\n".join([*schedule.steps, f"python -m tests.redis.schedules --seed {schedule.seed}"])


def main() -> int:
    parser = argparse.ArgumentParser(description="Repeats one schedule.")
    parser.add_argument("--seed", type=int, required=True)
    seed = parser.parse_args().seed
    program = find_redis()
    if program is None:
        print(MISSING, file=sys.stderr)
        return 2
    with Servers.started(program) as servers:
        print(described(played(seed, servers)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
