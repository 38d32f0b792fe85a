"""Who publishes how much, to which workers: what the simulation is asked."""

import math
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.compose.adapters import DUE_SHARE
from app.settings.groups import TimelineSettings
from benchmarks.capacity.deliveries import Published, Times, pushed_at
from benchmarks.capacity.partitions import partition_of
from load.graph import Graph

WORKERS = (1, 2, 4, 8, 16, 32, 64)
SEED = 1
BACKLOG = 60_000
"""Tweets that wait at once, from which the rate is found."""

DUE_SECONDS = TimelineSettings().timeline_window_seconds * DUE_SHARE
"""A tweet that no worker has taken so long after its publication is due in the outbox."""

LOAD = 0.5
"""The share of the workers' time that the tweets of a steady load need, if it is spread evenly."""

LOAD_SECONDS = 20.0

P99 = 0.99


@dataclass(frozen=True, slots=True)
class Scenario:
    """How tweets come about, and how they come to workers."""

    title: str
    by_author: bool
    """All tweets of an author go to one worker, as in the partitions of a topic; otherwise any worker takes any."""
    as_followed: bool
    """Users publish in proportion to their followers; otherwise all publish alike."""
    has_outbox: bool = True
    """Tweets that their worker does not take in time are taken by any."""
    pull_from: int | None = None
    """`PULL_FOLLOWERS_THRESHOLD`: tweets of authors with so many followers are not pushed."""


SCENARIOS = (
    Scenario("any worker, the followed publish more", by_author=False, as_followed=True),
    Scenario("by author, all publish alike", by_author=True, as_followed=False),
    Scenario("by author, the followed publish more", by_author=True, as_followed=True),
    Scenario("the same without an outbox", by_author=True, as_followed=True, has_outbox=False),
    Scenario("the same, pulled from 1,000 followers", by_author=True, as_followed=True, pull_from=1_000),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What so many workers achieve."""

    workers: int
    deliveries_per_second: float
    """While tweets wait for all of them."""
    p99_seconds: float
    """Percentiles of the time from publication to the last push, at `LOAD`."""


def followers_in(graph: Graph) -> dict[str, int]:
    """How many follow each user."""
    counts = Counter(followee for _, followee in graph.follows)
    return {user: counts[user] for user in graph.users}


def outcomes(
    followers: Mapping[str, int], scenario: Scenario, times: Times, numbers: Sequence[int] = WORKERS
) -> list[Outcome]:
    """The outcome for each number of workers."""
    return [_outcome(followers, scenario, times, workers) for workers in numbers]


def _outcome(followers: Mapping[str, int], scenario: Scenario, times: Times, workers: int) -> Outcome:
    queue_of = list(range(workers)) if scenario.by_author else [0] * workers
    due_after = DUE_SECONDS if scenario.has_outbox else math.inf
    waiting = _tweets(followers, scenario, workers, [0.0] * BACKLOG)
    rate = sum(tweet.followers for tweet in waiting) / max(pushed_at(waiting, queue_of, times, due_after))
    mean = sum(times.of_tweet(tweet.followers) for tweet in waiting) / len(waiting)
    count = round(LOAD * workers * LOAD_SECONDS / mean)
    chance = random.Random(SEED)
    steady = _tweets(followers, scenario, workers, sorted(chance.uniform(0, LOAD_SECONDS) for _ in range(count)))
    waits = [at - tweet.at for tweet, at in zip(steady, pushed_at(steady, queue_of, times, due_after), strict=True)]
    return Outcome(workers, rate, sorted(waits)[int(P99 * len(waits))])


def _tweets(
    followers: Mapping[str, int], scenario: Scenario, workers: int, moments: Sequence[float]
) -> list[Published]:
    """A tweet for each moment, of authors drawn at random: the same ones in every run."""
    pushed = {
        user: count for user, count in followers.items() if scenario.pull_from is None or count < scenario.pull_from
    }
    users = list(pushed)
    weights = list(pushed.values()) if scenario.as_followed else None
    authors = random.Random(SEED).choices(users, weights, k=len(moments))
    queues = {user: partition_of(user, workers) if scenario.by_author else 0 for user in set(authors)}
    return [Published(at, queues[user], pushed[user]) for at, user in zip(moments, authors, strict=True)]
