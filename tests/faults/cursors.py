"""Readers page through their timelines by cursors during concurrent changes."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor

from infrastructure.delivery.worker import FanOutWorker
from tests.faults.walkers import AUTHORS, Figures, Truth, Walker
from tests.integration.stores import Bounds
from tests.integration.world import World

WALKERS = [f"walker-{number}" for number in range(4)]
TWEETS_EACH = 25
"""The approximate number of tweets per author."""

STEPS_PER_CHANGE = 2
TURN_SECONDS = 0.1
JOIN_SECONDS = 60.0


class RandomChanges:
    """Publishes, deletes, follows, unfollows and discards timelines at random."""

    def __init__(self, world: World, truth: Truth, chance: random.Random) -> None:
        self._world = world
        self._truth = truth
        self._chance = chance
        self._follow_number = 0

    def begin(self) -> None:
        for walker in WALKERS:
            for author in AUTHORS:
                self._follow(walker, author)
        for _ in range(TWEETS_EACH * len(AUTHORS)):
            self._publish(self._chance.choice(AUTHORS))

    def act(self) -> None:
        author, walker = self._chance.choice(AUTHORS), self._chance.choice(WALKERS)
        kind = self._chance.random()
        if kind < 0.8:
            full = len(self._truth.live[author]) >= self._chance.randrange(2 * TWEETS_EACH)
            (self._delete if full else self._publish)(author)
        elif kind < 0.98:
            followed = (walker, author) in self._truth.follows
            (self._unfollow if followed else self._follow)(walker, author)
        else:
            self._world.timelines.discard(walker)

    def _publish(self, author: str) -> None:
        self._world.clock.advance(1)
        self._truth.live[author][self._world.publish(author)] = None

    def _delete(self, author: str) -> None:
        if self._truth.live[author]:
            tweet = self._chance.choice(list(self._truth.live[author]))
            del self._truth.live[author][tweet]
            self._world.delete(tweet)
            self._truth.gone[tweet] = len(self._truth.gone)

    def _follow(self, walker: str, author: str) -> None:
        self._world.follow(walker, author)
        self._follow_number += 1
        self._truth.follows[walker, author] = self._follow_number

    def _unfollow(self, walker: str, author: str) -> None:
        del self._truth.follows[walker, author]
        self._world.unfollow(walker, author)


class Crowd:
    """Runs all walkers and the changes in threads. The lock protects the number of steps left."""

    def __init__(self, steps: int, seed: int) -> None:
        self._steps_left = steps
        self._lock = threading.Lock()
        self._turns = threading.Semaphore(0)
        self._truth = Truth()
        self._world = World(Bounds(capacity=100, slice_size=2, threshold=len(WALKERS), queue_capacity=50))
        self._changes = RandomChanges(self._world, self._truth, random.Random(seed))
        self._walkers = [Walker(self._world, self._truth, name, random.Random(f"{seed} {name}")) for name in WALKERS]

    def run(self) -> Figures:
        """Runs until all steps are made; returns the sum of all figures."""
        self._changes.begin()
        worker = FanOutWorker(self._world.fan_out, self._world.outbox)
        worker.thread.start()
        with ThreadPoolExecutor() as pool:
            walking = [pool.submit(self._walk, walker) for walker in self._walkers]
            acting = pool.submit(self._act)
        worker.thread.stop(JOIN_SECONDS)
        return sum((walked.result() for walked in walking), Figures(acts=acting.result()))

    def _walk(self, walker: Walker) -> Figures:
        while self._steps_left > 0:
            walker.walk(self._step_made)
        return walker.figures

    def _step_made(self) -> bool:
        with self._lock:
            self._steps_left -= 1
            left = self._steps_left
        if left % STEPS_PER_CHANGE == 0:
            self._turns.release()
        return left > 0

    def _act(self) -> int:
        """Makes one change every few steps, so that timelines change about as fast as they are read."""
        acts = 0
        while self._steps_left > 0:
            if self._turns.acquire(timeout=TURN_SECONDS):
                self._changes.act()
                acts += 1
        return acts
