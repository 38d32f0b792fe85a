"""The crowd of threads on PostgreSQL, while housekeeping trims and discards timelines all the time."""

from collections.abc import Callable

import pytest

from infrastructure.clock import SystemClock
from infrastructure.delivery.worker import FanOutWorker
from tests.fakes.postgres import empty
from tests.integration.effort import LONG
from tests.integration.on_postgres import engine_on, open_database
from tests.integration.stores import Bounds
from tests.integration.test_threads import FICKLE, JOIN_SECONDS, READERS, STEADY, Crowd, check_all
from tests.integration.world import World

TWEETS = 2000 if LONG else 80
CAPACITY = 5


class HousekeptCrowd(Crowd):
    """A crowd with a thread that keeps house."""

    def acts(self) -> list[Callable[[], None]]:
        return [*super().acts(), self._keep_house]

    def _keep_house(self) -> None:
        while self._is_publishing():
            self.world.keep_house()
            self.world.timelines.discard_idle()


@pytest.mark.timeout(1200 if LONG else 300)
@pytest.mark.parametrize("threshold", [5, 1000], ids=["some are pulled", "all are pushed"])
def test_every_timeline_is_exact_while_timelines_are_trimmed(schema_url: str, threshold: int) -> None:
    empty(schema_url)
    bounds = Bounds(capacity=CAPACITY, slice_size=2, threshold=threshold, idle_seconds=0.5)
    with open_database(schema_url) as database:
        world = World(bounds, make_engine=engine_on(database, SystemClock()))
        for reader in READERS:
            world.follow(reader, *STEADY, *FICKLE)
        worker = FanOutWorker(world.fan_out, world.outbox)
        worker.thread.start()
        try:
            HousekeptCrowd(world, TWEETS).run()
            check_all(world)
            assert worker.join(JOIN_SECONDS)
            world.keep_house()
            check_all(world)
            held = [len(world.prepared(reader).ids) for reader in READERS]
        finally:
            assert worker.thread.stop(JOIN_SECONDS)
    assert max(held) <= CAPACITY
