"""What there is while everything changes, and readers who go down their timelines by cursors."""

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
    """Cursor steps made, what others did meanwhile, and what was wrong with any page."""

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
    """What there is, for sure.

    Only the one who acts writes it. A tweet is in `live` from after its publication until before its deletion, and in
    `gone` from after that. A follow has its number in `follows` from after it began until before it ends.
    """

    live: dict[str, dict[int, None]] = field(default_factory=lambda: {author: {} for author in AUTHORS})
    gone: dict[int, int] = field(default_factory=dict)
    follows: dict[tuple[str, str], int] = field(default_factory=dict)

    def seen_by(self, walker: str) -> "View":
        followed = {author: number for author in AUTHORS if (number := self.follows.get((walker, author)))}
        return View(walker, followed, {author: list(self.live[author]) for author in followed})

    def all_along(self, view: "View") -> set[int]:
        """What the view showed, and still would at any time since."""
        unbroken = [a for a, number in view.followed.items() if self.follows.get((view.walker, a)) == number]
        return {tweet for author in unbroken for tweet in view.tweets[author] if tweet in self.live[author]}


@dataclass(frozen=True, slots=True)
class View:
    walker: str
    followed: dict[str, int]
    tweets: dict[str, list[int]]


class Walker:
    """Walks from the first page to the last, again and again, each time by the cursor that the page before gave."""

    def __init__(self, world: World, truth: Truth, name: str, chance: random.Random) -> None:
        self.figures = Figures()
        self._world = world
        self._truth = truth
        self._name = name
        self._chance = chance
        self._pages = PagedList("timeline", 3, Cursors("the key of these tests"))

    def walk(self, step_made: Callable[[], bool]) -> None:
        """One walk, unless `step_made` says that it was the last step."""
        view, given = self._truth.seen_by(self._name), list[int]()
        limit, cursor = self._chance.choice(LIMITS), ""
        while True:
            page = self._page(limit, cursor)
            given += ids_of(page.tweets)
            self.figures.steps += 1
            going_on = step_made()
            if page.next is None:
                break
            self.figures.short += len(page.tweets) < limit
            cursor = self._pages.cursor(self._name, page.next.frontier, page.next.low, page.next.high)
            if not going_on:
                return
        self.figures.walks += 1
        self.figures.skipped += len(self._truth.all_along(view) - set(given))
        self.figures.repeated += sum(newer <= older for newer, older in pairwise(given))

    def _page(self, limit: int, cursor: str) -> HomeTimelinePage:
        gone_before = len(self._truth.gone)
        walk = Walk(*self._pages.position(self._name, cursor)) if cursor else None
        page = self._world.page(self._name, limit, walk=walk)
        gone = self._truth.gone
        self.figures.ghosts += sum(gone.get(tweet.id, gone_before) < gone_before for tweet in page.tweets)
        return page
