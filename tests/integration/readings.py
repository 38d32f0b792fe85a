"""Pages through a home timeline, and checks each page against the oracle."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Protocol

from tests.fakes.oracle import Moment, Oracle, Watch
from tests.integration.pages import ids_of
from usecases.home_timeline.read import HomeTimelinePage, Walk


class Readable(Protocol):
    """A world, or one process of several, and the oracle."""

    oracle: Oracle

    def page(
        self, user_id: str, limit: int = 100, *, include_self: bool = False, since_id: int = 0, walk: Walk | None = None
    ) -> HomeTimelinePage: ...


def check_descending(ids: Sequence[int]) -> None:
    assert all(newer > older for newer, older in pairwise(ids)), f"out of order or repeated: {ids}"


def check_none_skipped(ids: Sequence[int], always: AbstractSet[int], low: int, high: int) -> None:
    """Checks that no tweet that was visible throughout is missing strictly between the bounds."""
    skipped = {id_ for id_ in always if low < id_ < high} - set(ids)
    assert not skipped, f"skipped {sorted(skipped)} between {low} and {high}, returned {ids}"


@dataclass(frozen=True, slots=True)
class Place:
    """A position in a timeline, like a cursor: any number of reads may continue from it at any time.

    `watch` began before the first page, and `seen` has the tweets of all pages since.
    """

    user_id: str
    include_self: bool
    since_id: int
    watch: Watch
    walk: Walk | None = None
    seen: tuple[int, ...] = ()


def top(world: Readable, user_id: str, *, include_self: bool = False, since_id: int = 0) -> Place:
    """The position before the first page, or before the first page of a poll."""
    watch = world.oracle.watch(user_id, include_self=include_self)
    return Place(user_id, include_self, since_id, watch)


def read_page(world: Readable, place: Place, limit: int) -> tuple[Place, int]:
    """Reads and checks a page; returns the position after it and the `since_id` for the next poll."""
    reading = _Reading(world, place, limit)
    page = world.page(place.user_id, limit, include_self=place.include_self, since_id=place.since_id, walk=place.walk)
    return reading.checked(page), page.since_id


def read_on(world: Readable, place: Place, limit: int) -> tuple[int, ...]:
    """Reads all pages from this position to the end; returns the tweets of all pages since the first."""
    while True:
        place, _ = read_page(world, place, limit)
        if place.walk is None:
            return place.seen


class _Reading:
    """One page that is being read.

    The page must fit the follows at one moment during the read: it has all tweets of the authors followed then, except
    those deleted during the read, and no others. So it equals the oracle while nothing changes. It is in order, and
    only the last page may be short.
    """

    def __init__(self, world: Readable, place: Place, limit: int) -> None:
        self._world = world
        self._place = place
        self._limit = limit
        self._watch = world.oracle.watch(place.user_id, include_self=place.include_self)
        self._frontier_before = world.oracle.frontier

    def checked(self, page: HomeTimelinePage) -> Place:
        """Checks the page and returns the position after it."""
        place = self._place
        ids = ids_of(page.tweets)
        walk = place.walk or Walk(page.since_id, place.since_id, page.since_id + 1)
        end = walk.low if page.next is None else ids[-1]
        self._check_since_id(page, walk)
        self._check_ids(page, ids, walk)
        assert any(self._fits(moment, page, walk) for moment in self._watch.moments), (
            f"{ids} fits no moment of {self._watch.moments}, tweets {self._world.oracle.tweets()}"
        )
        after = replace(place, walk=page.next, seen=(*place.seen, *ids))
        check_descending(after.seen)
        check_none_skipped(after.seen, after.watch.always, end, walk.frontier + 1)
        return after

    def _check_since_id(self, page: HomeTimelinePage, walk: Walk) -> None:
        assert page.since_id == walk.frontier
        if self._place.walk is None:
            floor = max(self._frontier_before, self._place.since_id)
            assert floor <= page.since_id <= max(self._world.oracle.frontier, self._place.since_id)

    def _check_ids(self, page: HomeTimelinePage, ids: Sequence[int], walk: Walk) -> None:
        assert len(ids) <= self._limit
        check_descending(ids)
        assert all(walk.low < id_ < walk.high for id_ in ids), f"outside the bounds: {ids}, {walk}"
        if page.next is not None:
            assert len(ids) == self._limit, "only the last page may be short"
            assert page.next == replace(walk, high=ids[-1])

    def _fits(self, moment: Moment, page: HomeTimelinePage, walk: Walk) -> bool:
        """Whether the page fits the follows of that moment."""
        ids = set(ids_of(page.tweets))
        end = walk.low if page.next is None else min(ids)
        stored = {id_ for id_, author in self._world.oracle.tweets().items() if author in moment.authors}
        shown = _between(moment.shown, walk.low, walk.high)
        has_next = page.next is None or len(shown) > self._limit
        return _between(stored, end, walk.high) <= ids <= shown and has_next


def _between(ids: Iterable[int], low: int, high: int) -> AbstractSet[int]:
    return {id_ for id_ in ids if low < id_ < high}
