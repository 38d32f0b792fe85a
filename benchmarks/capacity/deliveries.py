"""A simulation of workers that push tweets: as `infrastructure/delivery/fan_out.py` does it, slice by slice.

Nothing in it is random, and it takes no time of the machine: the same tweets give the same result.
"""

import heapq
import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from infrastructure.delivery.fan_out import ACTIVE_MAX

SLICE = 1_000
"""Followers that a worker pushes to before it goes on with the next tweet (app/compose/use_cases.py)."""


@dataclass(frozen=True, slots=True)
class Times:
    """How long a worker needs, in seconds."""

    tweet: float
    """For each tweet, whoever follows its author."""
    slice: float
    """For each slice, whatever its length: the round trips."""
    delivery: float
    """For each timeline that the tweet is pushed into."""

    def of_tweet(self, followers: int) -> float:
        """For one tweet from its first slice to its last."""
        return self.tweet + max(1, -(-followers // SLICE)) * self.slice + followers * self.delivery


@dataclass(frozen=True, slots=True)
class Published:
    """A tweet: when it is published, in which queue its hint is, and how many follow its author."""

    at: float
    queue: int
    followers: int


def pushed_at(
    tweets: Sequence[Published], queue_of: Sequence[int], times: Times, due_after: float = math.inf
) -> list[float]:
    """When the last timeline has each tweet; the tweets are in the order of their publication.

    `queue_of` has the queue of each worker. Several workers may share a queue; each tweet is taken by one of them. A
    tweet that nobody has taken `due_after` seconds after its publication is due in the outbox, for any worker.
    """
    return _Simulation(tweets, queue_of, times, due_after).run()


@dataclass(slots=True)
class _UnderWay:
    number: int
    left: int


@dataclass(slots=True)
class _Worker:
    queue: deque[int]
    under_way: deque[_UnderWay] = field(default_factory=deque)


class _Simulation:
    """Workers take their steps in the order of time; of two at the same time, the first worker."""

    def __init__(self, tweets: Sequence[Published], queue_of: Sequence[int], times: Times, due_after: float) -> None:
        queues: dict[int, deque[int]] = {queue: deque() for queue in queue_of}
        for number, tweet in enumerate(tweets):
            queues[tweet.queue].append(number)
        self._workers = [_Worker(queues[queue]) for queue in queue_of]
        self._tweets = tweets
        self._times = times
        self._due_after = due_after
        self._outbox = deque(range(len(tweets)))
        self._taken = [False] * len(tweets)
        self._pushed = [0.0] * len(tweets)

    def run(self) -> list[float]:
        steps = [(0.0, index) for index in range(len(self._workers))]
        while steps:
            now, index = heapq.heappop(steps)
            after = self._step(self._workers[index], now)
            if after is not None:
                heapq.heappush(steps, (after, index))
        return self._pushed

    def _step(self, worker: _Worker, now: float) -> float | None:
        """Takes what is due, runs the first slice of the next new tweet, and one slice of a tweet under way.

        Returns when it is done; where there is nothing to do, when there is something, and None if there will never be.
        """
        for waiting in (self._outbox, worker.queue):
            while waiting and self._taken[waiting[0]]:
                waiting.popleft()
        now = self._take_due(worker, now)
        if worker.queue and len(worker.under_way) < ACTIVE_MAX and self._tweets[worker.queue[0]].at <= now:
            tweet, now = self._take(worker.queue, now)
            now = self._run_slice(worker, tweet, now)
        elif not worker.under_way:
            return self._next(worker)
        if worker.under_way:
            now = self._run_slice(worker, worker.under_way.popleft(), now)
        return now

    def _take_due(self, worker: _Worker, now: float) -> float:
        outbox = self._outbox
        while len(worker.under_way) < ACTIVE_MAX and outbox and self._due_at(outbox[0]) <= now:
            if self._taken[outbox[0]]:
                outbox.popleft()
            else:
                tweet, now = self._take(outbox, now)
                worker.under_way.append(tweet)
        return now

    def _take(self, waiting: deque[int], now: float) -> tuple[_UnderWay, float]:
        number = waiting.popleft()
        self._taken[number] = True
        return _UnderWay(number, self._tweets[number].followers), now + self._times.tweet

    def _next(self, worker: _Worker) -> float | None:
        moments = [self._tweets[worker.queue[0]].at] if worker.queue else []
        if self._outbox and self._due_after < math.inf:
            moments.append(self._due_at(self._outbox[0]))
        return min(moments, default=None)

    def _due_at(self, number: int) -> float:
        return self._tweets[number].at + self._due_after

    def _run_slice(self, worker: _Worker, tweet: _UnderWay, now: float) -> float:
        count = min(tweet.left, SLICE)
        now += self._times.slice + count * self._times.delivery
        tweet.left -= count
        if tweet.left:
            worker.under_way.append(tweet)
        else:
            self._pushed[tweet.number] = now
        return now
