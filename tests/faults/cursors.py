"""Readers who go down their timelines by cursors, while others publish, delete, follow and unfollow."""

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise

from infrastructure.events.worker import FanOutWorker
from infrastructure.http.cursors import Cursors, PagedList
from tests.integration.world import World, ids_of
from usecases.home_timeline.read import HomeTimelinePage, Walk

AUTHORS = [f"author-{number}" for number in range(12)]
WALKERS = [f"walker-{number}" for number in range(4)]
LIMITS = (1, 3, 10, 10, 25)
TWEETS_EACH = 25
"""How many tweets an author has, more or less."""

STEPS_AN_ACT = 2
TURN_SECONDS = 0.1
JOIN_SECONDS = 60.0


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


class Others:
    """The one who publishes, deletes, follows, unfollows and throws timelines away, all at random."""

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


class Crowd:
    """All at once, in threads. The lock protects the number of steps that are still to be made."""

    def __init__(self, steps: int, seed: int) -> None:
        self._steps_left = steps
        self._lock = threading.Lock()
        self._turns = threading.Semaphore(0)
        self._truth = Truth()
        self._world = World(capacity=100, slice_size=2, threshold=len(WALKERS), queue_capacity=50)
        self._others = Others(self._world, self._truth, random.Random(seed))
        self._walkers = [Walker(self._world, self._truth, name, random.Random(f"{seed} {name}")) for name in WALKERS]

    def run(self) -> Figures:
        """Until all steps are made; the sum of all figures."""
        self._others.begin()
        worker = FanOutWorker(self._world.fan_out, self._world.events)
        worker.start()
        with ThreadPoolExecutor() as pool:
            walking = [pool.submit(self._walk, walker) for walker in self._walkers]
            acting = pool.submit(self._act)
        worker.stop(JOIN_SECONDS)
        return sum((walked.result() for walked in walking), Figures(acts=acting.result()))

    def _walk(self, walker: Walker) -> Figures:
        while self._steps_left > 0:
            walker.walk(self._step_made)
        return walker.figures

    def _step_made(self) -> bool:
        with self._lock:
            self._steps_left -= 1
            left = self._steps_left
        if left % STEPS_AN_ACT == 0:
            self._turns.release()
        return left > 0

    def _act(self) -> int:
        """One act for some steps, so that timelines change about as fast as they are read."""
        acts = 0
        while self._steps_left > 0:
            if self._turns.acquire(timeout=TURN_SECONDS):
                self._others.act()
                acts += 1
        return acts
