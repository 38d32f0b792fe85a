"""The true state during concurrent changes, and readers who page through their timelines by cursors."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

from infrastructure.http.cursors import Cursors, PagedList
from tests.integration.pages import ids_of
from tests.integration.world import World
from usecases.home_timeline.read import HomeTimelinePage, Walk

AUTHORS = [f"author-{number}" for number in range(12)]
LIMITS = (1, 3, 10, 10, 25)


@dataclass(slots=True)
class Figures:
    """Counts of cursor steps, of concurrent changes, and of errors on any page."""

    steps: int = 0
    walks: int = 0
    acts: int = 0
    skipped: int = 0
    repeated: int = 0
    short: int = 0
    ghosts: int = 0

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))

    @property
    def wrong(self) -> int:
        return self.skipped + self.repeated + self.short + self.ghosts


@dataclass(slots=True)
class Truth:
    """The tweets and follows that certainly exist, and the tweets that certainly do not.

    Only the thread that makes the changes writes it. A tweet is in `live` from after its publish until before its
    deletion, and in `gone` after that. A follow has a number in `follows` from after its start until before its end.
    """

    live: dict[str, dict[int, None]] = field(default_factory=lambda: {author: {} for author in AUTHORS})
    gone: dict[int, int] = field(default_factory=dict)
    follows: dict[tuple[str, str], int] = field(default_factory=dict)

    def seen_by(self, walker: str) -> "View":
        followed = {author: number for author in AUTHORS if (number := self.follows.get((walker, author)))}
        return View(walker, followed, {author: list(self.live[author]) for author in followed})

    def unchanged_since(self, view: "View") -> set[int]:
        """Returns the tweets of the view that have been visible without interruption since."""
        unbroken = [a for a, number in view.followed.items() if self.follows.get((view.walker, a)) == number]
        return {tweet for author in unbroken for tweet in view.tweets[author] if tweet in self.live[author]}


@dataclass(frozen=True, slots=True)
class View:
    walker: str
    followed: dict[str, int]
    tweets: dict[str, list[int]]


class Walker:
    """Pages from the first page to the last, repeatedly, each time by the cursor of the page before."""

    def __init__(self, world: World, truth: Truth, name: str, chance: random.Random) -> None:
        self.figures = Figures()
        self._world = world
        self._truth = truth
        self._name = name
        self._chance = chance
        self._pages = PagedList("timeline", 3, Cursors("the key of these tests"))

    def walk(self, step_made: Callable[[], bool]) -> None:
        """Makes one walk, or stops early when `step_made` returns False."""
        view, returned = self._truth.seen_by(self._name), list[int]()
        limit, cursor = self._chance.choice(LIMITS), ""
        while True:
            page = self._page(limit, cursor)
            returned += ids_of(page.tweets)
            self.figures.steps += 1
            going_on = step_made()
            if page.next is None:
                break
            self.figures.short += len(page.tweets) < limit
            cursor = self._pages.cursor(self._name, page.next.frontier, page.next.low, page.next.high)
            if not going_on:
                return
        self.figures.walks += 1
        self.figures.skipped += len(self._truth.unchanged_since(view) - set(returned))
        self.figures.repeated += sum(newer <= older for newer, older in pairwise(returned))

    def _page(self, limit: int, cursor: str) -> HomeTimelinePage:
        gone_before = len(self._truth.gone)
        walk = Walk(*self._pages.position(self._name, cursor)) if cursor else None
        page = self._world.page(self._name, limit, walk=walk)
        gone = self._truth.gone
        self.figures.ghosts += sum(gone.get(tweet.id, gone_before) < gone_before for tweet in page.tweets)
        return page
