from prometheus_client import CollectorRegistry

from cluster.scrapes import Watch
from domain.errors import Unavailable
from infrastructure.postgres.metrics import FrontierMetrics
from tests.fakes.clock import ManualClock

HELD = "perch_frontier_held_seconds"


class Looks:
    """What the database says of the frontier and of the last id; None while it does not answer."""

    def __init__(self) -> None:
        self.found: tuple[int, int] | None = (0, 0)

    def __call__(self) -> tuple[int, int]:
        if self.found is None:
            raise Unavailable("gone")
        return self.found


def test_a_frontier_is_held_while_it_stands_below_the_last_id() -> None:
    clock, looks, registry = ManualClock(), Looks(), CollectorRegistry()
    registry.register(FrontierMetrics(looks, clock.monotonic))
    watch = Watch(registry)

    def held_at(frontier: int, last: int) -> float:
        looks.found = frontier, last
        clock.advance(15_000)
        return watch.now()[HELD]

    assert held_at(7, 7) == 0, "nothing waits"
    assert held_at(7, 7) == 0, "nobody publishes"
    assert held_at(7, 9) == 0, "since when it stands is not known yet"
    assert held_at(7, 12) == 15
    assert held_at(7, 12) == 30
    assert held_at(8, 12) == 0, "it moves, though slowly"
    assert held_at(8, 12) == 15
    looks.found = None
    assert HELD not in watch.now()
    assert held_at(8, 12) == 30
    assert held_at(12, 12) == 0


def test_a_frontier_that_stands_from_the_beginning_is_held_since_the_first_scrape() -> None:
    clock, registry = ManualClock(), CollectorRegistry()
    registry.register(FrontierMetrics(lambda: (-1, 0), clock.monotonic))
    watch = Watch(registry)
    assert watch.now()[HELD] == 0
    clock.advance(15_000)
    assert watch.now()[HELD] == 15
