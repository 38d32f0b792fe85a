"""The memory of a user, a follow, a tweet and a timeline entry, as the allocator counts it."""

import gc
import tracemalloc
from collections.abc import Callable, Iterator, Sequence

from benchmarks.figure import Figure, Row, at_most, plain
from benchmarks.parts import Parts, build_parts, settings_of
from benchmarks.worlds import follow_all, store_tweets

USERS = [f"user-{number:05}" for number in range(2_000)]
FOLLOWEES = [f"followee-{number}" for number in range(20)]
TWEETS = 20_000
CAPACITY = 800
ROUNDS = 3
WINDOW = settings_of(TIMELINE_WINDOW_SECONDS="0.001")
"""The window is so short that all tweets are past their due time when their memory is counted."""

Fill = Callable[[Parts], object]


def measure() -> Iterator[Row]:
    """Yields all figures, for user names of ten characters and texts of 75."""
    yield plain("a user with one follow", _bytes(_nothing, _follow_first, len(USERS)), "bytes")
    yield plain(
        "each further follow", _bytes(_follow_first, _follow_others, len(USERS) * (len(FOLLOWEES) - 1)), "bytes"
    )
    yield plain("a tweet with its text", _bytes(_nothing, _publish, TWEETS), "bytes")
    yield from timelines()


def timelines(rounds: int = ROUNDS) -> Iterator[Figure]:
    """Yields the figures for an empty timeline and for an entry of a full one."""
    empty = _bytes(_follow_first, _read, len(USERS), rounds)
    yield plain("a user's empty timeline", empty, "bytes", at_most(250))
    entries = _bytes(_follow_and_read, _push, len(USERS) * CAPACITY, rounds)
    yield plain(f"a timeline entry, {CAPACITY} per user", entries, "bytes", at_most(10))


def _bytes(before: Fill, counted: Fill, count: int, rounds: int = ROUNDS) -> list[float]:
    """Returns the bytes that `counted` takes for each of `count` things, in a new Perch each round."""
    taken = []
    for _ in range(rounds):
        parts = build_parts(WINDOW)
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
    _follow(parts, FOLLOWEES[:1])


def _follow_others(parts: Parts) -> None:
    _follow(parts, FOLLOWEES[1:])


def _follow(parts: Parts, followees: Sequence[str]) -> None:
    follow_all(parts, (_own(user) for user in USERS), followees)
    for user in USERS:  # the first look caches a snapshot
        parts.adapters.graph.followees(user)


def _publish(parts: Parts) -> None:
    store_tweets(parts, FOLLOWEES, TWEETS)
    parts.perch.work.fan_out.step()  # drops the due times of pushed tweets


def _read(parts: Parts) -> None:
    for user in USERS:
        parts.perch.use_cases.prepare.execute(_own(user))


def _follow_and_read(parts: Parts) -> None:
    _follow_first(parts)
    _read(parts)


def _push(parts: Parts) -> None:
    frontier = parts.adapters.tweets.publish(FOLLOWEES[0], "the last one", pull_from=0, key=None).tweet.id
    followers, _ = parts.adapters.graph.followers_after(FOLLOWEES[0], 0, len(USERS))
    for number in range(CAPACITY):
        parts.adapters.timelines.push(frontier + number, followers)


def _own(user: str) -> str:
    """Returns a new string, because each request has its own."""
    return "".join(user)
