"""Authors, readers and the worker run in real threads; every timeline is exact during the run and at the end."""

import random
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from infrastructure.clock import SystemClock
from infrastructure.delivery.worker import FanOutWorker
from tests.integration.effort import LONG
from tests.integration.pages import ids_of
from tests.integration.readings import check_descending
from tests.integration.stores import Bounds, in_memory
from tests.integration.world import World

TWEETS = 10_000 if LONG else 1500
JOIN_SECONDS = 120.0
STEADY = ("sam", "sue")
"""Authors whose tweets stay, and whom the watchers never unfollow."""

FICKLE = ("fay", "flo")
"""Authors who are followed and unfollowed, and whose tweets may be deleted."""

WATCHERS = ("walt", "wendy")
CHURNERS = ("cal", "cora")
POLLERS = ("pam", "pete")
READERS = WATCHERS + CHURNERS + POLLERS

SIZES = {
    "usual": {"capacity": 800, "slice_size": 500},
    "small": {"capacity": 5, "slice_size": 2, "queue_capacity": 3},
    "pulled": {"capacity": 20, "slice_size": 1, "threshold": 6, "queue_capacity": 10},
}


@pytest.fixture(autouse=True)
def _frequent_thread_switches() -> Iterator[None]:
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(usual)


class Crowd:
    """Threads that start together and act until the publishers are done."""

    def __init__(self, world: World, tweets: int = TWEETS) -> None:
        """Each author publishes so many tweets."""
        self.world = world
        self._tweets = tweets
        self.steady_tweets: list[int] = []
        self._publishing = len(STEADY + FICKLE)
        self._lock = threading.Lock()

    def acts(self) -> list[Callable[[], None]]:
        return [
            *(lambda author=author: self._publish(author) for author in STEADY + FICKLE),
            *(lambda user=user: self._churn(user) for user in CHURNERS),
            *(lambda user=user: self._walk(user) for user in WATCHERS),
            *(lambda user=user: self._poll(user) for user in POLLERS),
            self._discard,
        ]

    def run(self) -> None:
        acts = self.acts()
        together = threading.Barrier(len(acts))

        def start_together(act: Callable[[], None]) -> None:
            together.wait(JOIN_SECONDS)
            act()

        with ThreadPoolExecutor(len(acts)) as pool:
            for future in [pool.submit(start_together, act) for act in acts]:
                future.result(JOIN_SECONDS)

    def _is_publishing(self) -> bool:
        return self._publishing > 0

    def _publish(self, author: str) -> None:
        chance = random.Random(author)
        own: list[int] = []
        try:
            for _ in range(self._tweets):
                own.append(self.world.publish(author))
                if author in STEADY:
                    self.steady_tweets.append(own[-1])
                elif chance.random() < 0.3:
                    self.world.delete(own.pop(chance.randrange(len(own))))
        finally:
            with self._lock:
                self._publishing -= 1

    def _churn(self, user: str) -> None:
        chance = random.Random(user)
        while self._is_publishing():
            author = chance.choice(STEADY + FICKLE)
            chance.choice((self.world.follow, self.world.unfollow, self.world.refollow))(user, author)
            check_descending(self.world.home(user, limit=50))

    def _walk(self, user: str) -> None:
        """Checks that the pages contain every steady tweet up to the frontier at the start, once and in order."""
        while self._is_publishing():
            stored = set(self.steady_tweets)
            while stored and self.world.tweets.frontier() < max(stored):
                time.sleep(0)  # a publish in another thread is about to commit
            walked = self.world.home(user, limit=50)
            check_descending(walked)
            assert stored <= set(walked)

    def _poll(self, user: str) -> None:
        """Checks that the polls together return each steady tweet once."""
        polled: list[int] = []
        since_id = 0
        last = False
        while not last:
            last = not self._is_publishing()
            page = self.world.page(user, 50, since_id=since_id)
            since_id = page.since_id
            polled += ids_of(page.tweets)
            while page.next is not None:
                page = self.world.page(user, 50, walk=page.next)
                polled += ids_of(page.tweets)
        assert len(polled) == len(set(polled))
        assert set(self.steady_tweets) <= set(polled)

    def _discard(self) -> None:
        chance = random.Random("away")
        while self._is_publishing():
            self.world.timelines.discard(chance.choice(READERS))


@pytest.mark.timeout(1200 if LONG else 300)
@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES)
def test_every_timeline_is_exact_during_concurrent_actions_and_at_the_end(sizes: dict[str, int]) -> None:
    world = World(Bounds(due_seconds=0.05, **sizes), make_engine=partial(in_memory, clock=SystemClock()))
    for reader in READERS:
        world.follow(reader, *STEADY, *FICKLE)
    worker = FanOutWorker(world.fan_out, world.outbox)
    worker.thread.start()
    try:
        Crowd(world).run()
        check_all(world)
        assert worker.join(JOIN_SECONDS)
        check_all(world)
    finally:
        assert worker.thread.stop(JOIN_SECONDS)
    assert set(world.unpushed()) <= world.pulled


def check_all(world: World) -> None:
    for reader in READERS:
        assert world.home(reader, limit=100) == world.oracle.home(reader)
