"""Something happens in the middle of a read: between any two of its looks at the stores.

What was to be read all along is read, what never was is not, and the next read is exact again.
"""

from collections.abc import Callable
from itertools import count, pairwise
from typing import TypeVar, cast

import pytest

from app.testing import ManualClock
from domain.tweet import Tweet
from infrastructure.memory.follow_graph import MemoryFollowGraph
from infrastructure.memory.timelines import MemoryTimelines
from infrastructure.memory.tweets import MemoryTweets
from infrastructure.memory.users import Users
from tests.unit.usecases.home import ALICE, Home

Store = TypeVar("Store")
Step = Callable[[Home], object]

CAPACITY = 6
LIMIT = 3


class _Interrupted:
    """Passes every call on to a store, after telling somebody about it."""

    def __init__(self, store: object, before_call: Callable[[], None]) -> None:
        self._store = store
        self._before_call = before_call

    def __getattr__(self, name: str) -> object:
        self._before_call()
        return getattr(self._store, name)


class _Interruption:
    """Makes something happen before the nth call of all the stores that it watches."""

    def __init__(self, at: int, happens: Callable[[], object]) -> None:
        self._calls_left = at
        self._happens = happens
        self.happened = False

    def watch(self, store: Store) -> Store:
        return cast("Store", _Interrupted(store, self._on_call))

    def watch_home(self, home: Home) -> Home:
        return Home(self.watch(home.tweets), self.watch(home.graph), self.watch(home.timelines), CAPACITY)

    def _on_call(self) -> None:
        self._calls_left -= 1
        if self._calls_left < 0 and not self.happened:
            self.happened = True
            self._happens()


def scene(*, prepared: bool) -> Home:
    """Some pushed, some unpushed, some pulled, some deleted, some unfollowed; more than fits into the timeline."""
    clock = ManualClock()
    users = Users()
    home = Home(
        MemoryTweets(clock.now_ms, node_id=0),
        MemoryFollowGraph(users),
        MemoryTimelines(users, CAPACITY, idle_seconds=0, monotonic=clock.monotonic),
        CAPACITY,
    )
    home.follow("bob", "carol", "gone")
    for _ in range(3):
        home.publish("bob")
        home.publish("carol", pulled=True)
        home.publish("dan")
        home.publish("gone")
        home.publish("bob")
    home.deliver()
    if prepared:
        home.page()
    home.publish("bob", 2)
    home.tweets.delete(home.publish("carol")[0].id)
    home.unfollow("gone")
    return home


def follow(author: str) -> Step:
    return lambda home: home.follow(author)


def unfollow(author: str) -> Step:
    return lambda home: home.unfollow(author)


def publish(author: str, count: int = 1) -> Step:
    return lambda home: home.publish(author, count)


def delete(nth: int) -> Step:
    """Deletes one of those on alice's timeline."""
    return lambda home: home.tweets.delete(home.naive()[nth].id)


def discard(home: Home) -> None:
    home.timelines.discard(ALICE)


HAPPENINGS: dict[str, list[Step]] = {
    "the worker catches up": [Home.deliver],
    "the worker catches up and the timeline is thrown away": [Home.deliver, discard],
    "many tweets push old ones out": [publish("bob", 2 * CAPACITY), Home.deliver],
    "a followee publishes": [publish("bob")],
    "somebody is followed": [follow("dan")],
    "somebody is followed, and another read merges them": [follow("dan"), Home.page],
    "somebody is unfollowed": [unfollow("bob")],
    "somebody is unfollowed and followed again": [unfollow("bob"), publish("bob"), Home.deliver, follow("bob")],
    "the newest tweet is deleted": [delete(0)],
    "many tweets are deleted": [delete(1)] * 7,
    "the timeline is thrown away": [discard],
    "the timeline is thrown away and built anew": [discard, Home.page, Home.deliver],
    "another read comes first": [Home.page],
}


def check_walk(at: int, steps: list[Step], *, prepared: bool) -> bool:
    """Walks over all pages while the steps happen before call `at`; returns whether the walk was that long."""
    home = scene(prepared=prepared)
    moments = [set(home.naive())]

    def happens() -> None:
        for step in steps:
            step(home)
            moments.append(set(home.naive()))

    interruption = _Interruption(at, happens)
    pages = interruption.watch_home(home).walk(LIMIT)
    walked = [tweet for page in pages for tweet in page]

    assert all(newer.id > older.id for newer, older in pairwise(walked))
    assert set.intersection(*moments) <= {*walked}, f"something was missed when it happened before call {at}"
    assert {*walked} <= set.union(*moments)
    assert all(len(page) == LIMIT for page in pages[:-1])
    assert list(home.page().tweets) == home.naive()
    return interruption.happened


@pytest.mark.parametrize("prepared", [False, True])
@pytest.mark.parametrize("steps", HAPPENINGS.values(), ids=HAPPENINGS.keys())
def test_a_walk_is_exact_whatever_happens_wherever(steps: list[Step], *, prepared: bool) -> None:
    calls = next(at for at in count() if not check_walk(at, steps, prepared=prepared))
    assert calls > 20


@pytest.mark.parametrize("at", range(5))
def test_what_is_published_after_a_follow_in_the_middle_of_a_poll_is_news_once(at: int) -> None:
    home = scene(prepared=True)
    since_id = home.page().since_id
    fresh: list[Tweet] = []

    def happens() -> None:
        home.follow("dan")
        fresh.extend(home.publish("dan"))

    interrupted = _Interruption(at, happens).watch_home(home).page(since_id=since_id)
    following = home.page(since_id=interrupted.since_id)
    assert fresh
    assert [*interrupted.tweets, *following.tweets] == fresh
