"""Memory as the allocator counts it: what a user, a follow, a tweet and an entry of a timeline take."""

import gc
import tracemalloc
from collections.abc import Callable, Iterator

from benchmarks.figure import Figure, Row, at_most, plain
from benchmarks.parts import Parts, build_parts
from benchmarks.worlds import follow_all, store_tweets

USERS = [f"user-{number:05}" for number in range(2_000)]
FOLLOWEES = [f"followee-{number}" for number in range(20)]
TWEETS = 20_000
CAPACITY = 800
ROUNDS = 3

Fill = Callable[[Parts], object]


def measure() -> Iterator[Row]:
    """All of them; a user's name is ten characters long, a tweet's text 75."""
    yield plain("a user with one follow", _bytes(_nothing, _follow_first, len(USERS)), "bytes")
    yield plain("a follow more", _bytes(_follow_first, _follow_others, len(USERS) * (len(FOLLOWEES) - 1)), "bytes")
    yield plain("a tweet with its text", _bytes(_nothing, _publish, TWEETS), "bytes")
    yield from timelines()


def timelines(rounds: int = ROUNDS) -> Iterator[Figure]:
    """Of a user whose followees have published nothing; and of a full one."""
    empty = _bytes(_follow_first, _read, len(USERS), rounds)
    yield plain("a user's empty timeline", empty, "bytes", at_most(250))
    entries = _bytes(_follow_and_read, _push, len(USERS) * CAPACITY, rounds)
    yield plain(f"a timeline entry, {CAPACITY} a user", entries, "bytes", at_most(10))


def _bytes(before: Fill, counted: Fill, count: int, rounds: int = ROUNDS) -> list[float]:
    """What each of so many things takes, in a new Perch each round."""
    taken = []
    for _ in range(rounds):
        parts = build_parts()
        gc.collect()
        tracemalloc.start()
        before(parts)
        first = tracemalloc.get_traced_memory()[0]
        counted(parts)
        taken.append((tracemalloc.get_traced_memory()[0] - first) / count)
        tracemalloc.stop()
    return taken


def _nothing(_: Parts) -> None:
    pass


def _follow_first(parts: Parts) -> None:
    follow_all(parts, (_own(user) for user in USERS), FOLLOWEES[:1])


def _follow_others(parts: Parts) -> None:
    follow_all(parts, USERS, FOLLOWEES[1:])


def _publish(parts: Parts) -> None:
    store_tweets(parts, FOLLOWEES, TWEETS)


def _read(parts: Parts) -> None:
    for user in USERS:
        parts.prepare.execute(_own(user))


def _follow_and_read(parts: Parts) -> None:
    _follow_first(parts)
    _read(parts)


def _push(parts: Parts) -> None:
    frontier = parts.tweets.publish(FOLLOWEES[0], "the last one", pulled=True).id
    followers, _ = parts.graph.followers_after(FOLLOWEES[0], 0, len(USERS))
    for number in range(CAPACITY):
        parts.timelines.push(frontier + number, followers)


def _own(user: str) -> str:
    """A string of its own, as each request has."""
    return "".join(user)
