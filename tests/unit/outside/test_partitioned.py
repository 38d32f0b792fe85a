"""Partitions by user and generation: of several merges at once any may win, and each head is true."""

from functools import partial
from itertools import permutations

import pytest

from domain.delivery import RetryPolicy
from infrastructure.memory.stores import MemoryOptions, open_memory
from tests.fakes.clock import ManualClock
from tests.fakes.partitions import partitioned
from tests.fakes.strand import Strand
from tests.unit.usecases.home import ALICE, Home

CAPACITY = 3


@pytest.fixture
def home() -> Home:
    clock = ManualClock()
    options = MemoryOptions(RetryPolicy(2, jitter=lambda: 1.0), timeline_capacity=CAPACITY)
    return Home(open_memory(options, clock), CAPACITY, partitioned(clock))


def merge(home: Home, author: str, tweets: int) -> Strand[None]:
    """Alice follows one more author, and begins to prepare her timeline for that."""
    home.publish(author, tweets)
    home.deliver()
    home.follow(author)
    return Strand(partial(home.prepare.execute, ALICE))


def merge_until(home: Home, call: str, author: str, tweets: int) -> Strand[None]:
    merging = merge(home, author, tweets)
    merging.run_to(call)
    return merging


def test_a_merge_relies_on_no_head_but_that_of_its_install(home: Home) -> None:
    """A late merge sets the head back while another one is under way, whose own logs do not reach so far back."""
    late = merge_until(home, "partitions.set_head", "bob", 1)
    merge(home, "carol", CAPACITY + 2).finish()
    under_way = merge(home, "dan", 1)
    under_way.run_past("partitions.head")
    late.finish()
    under_way.finish()
    assert home.walk(2) == [home.naive()[at : at + 2] for at in range(0, len(home.naive()), 2)]


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("call", ["partitions.add_all", "partitions.set_head"])
def test_merges_may_end_in_any_order(home: Home, call: str, order: tuple[int, ...]) -> None:
    tweets = {"bob": 1, "carol": CAPACITY + 2, "dan": 1}
    merges = [merge_until(home, call, author, count) for author, count in tweets.items()]
    for at in order:
        merges[at].finish()
        assert home.page().tweets == home.naive()


def test_a_merge_that_was_stopped_for_long_goes_on_under_an_old_generation(home: Home) -> None:
    late = merge_until(home, "partitions.add_all", "bob", 2)
    home.timelines.discard(ALICE)
    home.publish("bob")
    home.deliver()
    assert home.page().tweets == home.naive()
    late.finish()
    assert home.page().tweets == home.naive()
