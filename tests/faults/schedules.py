"""Random schedules of stop, duplicate, reorder and delay at every look of a delivery, held against the oracle.

`python -m tests.faults.schedules --seed N` repeats one and prints its steps.
"""

import argparse
import random
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from domain.errors import TweetNotFound, Unavailable
from domain.events import TweetCreated, TweetDeadLettered
from tests.fakes.letters import kept
from tests.fakes.strand import Strand
from tests.faults.exactness import Differences
from tests.integration.world import NEVER, RETRY_MS, World

USERS = ("ada", "ben", "cleo", "dan")
TURNS = 150
LOOKS_MAX = 10_000

Act = Callable[[], str]


class Schedule:
    """One random schedule, all of which follows from its seed.

    A worker goes look by look. Before any look it may be stopped, by an exception there or for ever, and its tweets may
    be delivered again by somebody else, in any order, while everybody publishes, follows, reads and deletes.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.steps: list[str] = []
        self.differences = Differences()
        self.stops = 0
        self._chance = random.Random(seed)
        self._world = self._new_world()
        self._tweets: list[int] = []
        self._worker: Strand[Any] | None = None
        self._others: list[Strand[Any]] = []
        self._acts, self._weights = zip(*self._weighted_acts(), strict=True)

    def run(self) -> None:
        """Plays the schedule; every reader is compared after each turn, and in the end when nothing is left to do."""
        try:
            for _ in range(TURNS):
                self._turn()
            self._settle()
        finally:
            self._world.close()

    def _new_world(self) -> World:
        chance = self._chance
        world = World(
            capacity=chance.randint(1, 5),
            slice_size=chance.randint(1, 3),
            threshold=chance.choice((3, NEVER, NEVER)),
            queue_capacity=chance.randint(1, 4),
            max_attempts=chance.randint(1, 4),
            dead_letter_capacity=chance.randint(1, 3),
        )
        for user in USERS:
            world.follow(user, *(other for other in USERS if other != user and chance.random() < 0.8))
            world.home(user)
        return world

    def _weighted_acts(self) -> Sequence[tuple[Act, int]]:
        return (
            (self._look, 30),
            (self._end_step, 6),
            (self._raise, 5),
            (self._crash, 5),
            (self._fail_push, 4),
            (self._pass_time, 6),
            (self._duplicate, 4),
            (self._deliver_out_of_order, 4),
            (self._go_on_elsewhere, 12),
            (self._publish, 10),
            (self._delete, 3),
            (self._follow, 3),
            (self._unfollow, 3),
            (self._refollow, 3),
            (self._discard, 2),
            (self._read, 3),
            (self._begin_read, 2),
            (self._redrive, 3),
        )

    def _turn(self) -> None:
        [act] = self._chance.choices(self._acts, self._weights)
        self.steps.append(act())
        for user in USERS:
            self._compare(user, self._world.peek(user, limit=100))

    def _compare(self, user: str, given: Sequence[int]) -> None:
        self.differences.compare(given, self._world.oracle.home(user))

    # What happens to the worker.

    def _look(self) -> str:
        if self._worker is None or self._worker.at is None:
            self._worker = self._world.begin(self._world.fan_out.step)
            return "the worker begins a step"
        at = self._worker.at
        self._worker.advance()
        return f"the worker does {at}"

    def _end_step(self) -> str:
        if self._worker is not None:
            _end(self._worker)
        self._world.deliver_all()
        return "the worker delivers all that is due"

    def _raise(self) -> str:
        """An exception that ends threads comes out of the worker's next look."""
        if self._worker is None or self._worker.at is None:
            return "nothing to end"
        at, worker, self._worker = self._worker.at, self._worker, None
        worker.abandon()
        self.stops += 1
        return f"the worker's thread is ended before {at}"

    def _crash(self) -> str:
        """The worker stands still for ever, and what it knew is lost."""
        at = None if self._worker is None else self._worker.at
        self._worker = None
        self._world.crash()
        self.stops += 1
        return f"the worker crashes before {at}"

    def _fail_push(self) -> str:
        after = self._chance.randrange(3)
        self._world.pushes.fail_next(after=after)
        return f"a push will fail after {after} timelines"

    def _pass_time(self) -> str:
        milliseconds = self._chance.choice((1, 100, 1000, RETRY_MS))
        self._world.clock.advance(milliseconds)
        return f"{milliseconds} ms pass"

    # What happens to events.

    def _duplicate(self) -> str:
        if not self._tweets:
            return "nothing to duplicate"
        tweet = self._chance.choice(self._tweets)
        self._world.events.offer(TweetCreated(tweet, self._world.author_of[tweet]))
        return f"{tweet} is queued again"

    def _deliver_out_of_order(self) -> str:
        if not self._tweets:
            return "nothing to deliver"
        tweet = self._chance.choice(self._tweets)
        self._begin(lambda: self._world.deliver_again(tweet))
        return f"somebody else begins to deliver {tweet}"

    def _redrive(self) -> str:
        self._begin(self._world.redrive)
        return "somebody begins a redrive"

    def _begin(self, work: Callable[[], object]) -> None:
        self._others.append(self._world.begin(work))

    def _go_on_elsewhere(self) -> str:
        waiting = [strand for strand in self._others if strand.at is not None]
        if not waiting:
            return "nobody else is at work"
        strand = self._chance.choice(waiting)
        at = strand.at
        strand.advance()
        return f"somebody else does {at}"

    # What users do.

    def _publish(self) -> str:
        author = self._chance.choice(USERS)
        self._tweets.append(self._world.publish(author))
        return f"{author} publishes {self._tweets[-1]}"

    def _delete(self) -> str:
        if not self._tweets:
            return "nothing to delete"
        tweet = self._chance.choice(self._tweets)
        with suppress(TweetNotFound):
            self._world.delete(tweet)
        return f"{tweet} is deleted"

    def _pair(self) -> tuple[str, str]:
        reader, author = self._chance.sample(USERS, 2)
        return reader, author

    def _follow(self) -> str:
        reader, author = self._pair()
        self._world.follow(reader, author)
        return f"{reader} follows {author}"

    def _unfollow(self) -> str:
        reader, author = self._pair()
        self._world.unfollow(reader, author)
        return f"{reader} unfollows {author}"

    def _refollow(self) -> str:
        reader, author = self._pair()
        self._world.refollow(reader, author)
        return f"{reader} refollows {author}"

    def _discard(self) -> str:
        user = self._chance.choice(USERS)
        self._world.timelines.discard(user)
        return f"the timeline of {user} is thrown away"

    def _read(self) -> str:
        user = self._chance.choice(USERS)
        self._compare(user, self._world.home(user, limit=self._chance.randint(1, 3)))
        return f"{user} reads"

    def _begin_read(self) -> str:
        user = self._chance.choice(USERS)
        self._begin(lambda: self._world.page(user))
        return f"{user} begins to read"

    # The end.

    def _settle(self) -> None:
        self.steps.append("everybody ends what they began, all is redriven and pushed")
        for strand in self._others:
            _end(strand)
        if self._worker is not None:
            _end(self._worker)
        self._world.settle()
        self._world.redrive()
        self._world.settle()
        for user in USERS:
            self._compare(user, self._world.peek(user))
            self._compare(user, self._world.home(user))
        dead = {event.tweet_id for event in self._world.happened if isinstance(event, TweetDeadLettered)}
        dead |= {letter.tweet_id for letter in kept(self._world.letters)}
        lost = set(self._world.unpushed()) - dead - self._world.pulled
        assert not lost, f"neither pushed nor dead letters: {lost}"


def _end(strand: Strand[Any]) -> None:
    """Lets it do the rest, though a push may fail in it."""
    with suppress(Unavailable):
        strand.finish()


def played(seed: int) -> Schedule:
    """The schedule of this seed, once it is through; raises `AssertionError` with its steps where it goes wrong."""
    schedule = Schedule(seed)
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
    schedule = Schedule(parser.parse_args().seed)
    try:
        schedule.run()
    finally:
        print(told(schedule))
        print(schedule.differences)
    return int(schedule.differences.any)


if __name__ == "__main__":
    sys.exit(main())
