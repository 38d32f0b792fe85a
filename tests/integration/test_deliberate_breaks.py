"""The checks fail in every world in which one rule of the design is broken."""

from collections.abc import Callable
from functools import partial

import pytest

from tests.faults.schedules import played
from tests.integration.broken import BREAKS
from tests.integration.interleavings import SCENARIOS, MakeWorld, play_all
from tests.integration.stores import Bounds
from tests.integration.world import World
from usecases.publish_tweet import PublishTweetRequest

SEEDS = range(40)

Check = Callable[[MakeWorld], object]


def random_schedules(make_world: MakeWorld) -> None:
    for seed in SEEDS:
        played(seed, make_world)


def all_orders_of(scenario: str) -> Check:
    """Plays every interleaving of the scenario."""
    return partial(play_all, SCENARIOS[scenario])


def one_key_used_twice_concurrently(make_world: MakeWorld) -> None:
    """Publishes before every store call of another publish with the same key."""
    calls, is_done = 0, False
    while not is_done:
        world = make_world(Bounds())
        publish = partial(world.use_cases.publish.execute, PublishTweetRequest("author", "a tweet", "a key"))
        publishing = world.begin(publish)
        for _ in range(calls):
            publishing.advance()
        is_done = publishing.at is None
        assert publish().tweet == publishing.finish().tweet, f"after {calls} store calls"
        calls += 1
    assert calls > 3


FOUND_BY: dict[str, Check] = {
    "the timeline is read before the unpushed tweets": all_orders_of("a read and a fan-out"),
    "the mark covers a follow whose log is not merged": all_orders_of("a merge, a follow and a read"),
    "a page ignores changes of the follows during the read": all_orders_of(
        "a read, and a fan-out between unfollow and refollow"
    ),
    "a merge does not check the generation": all_orders_of("two rebuilds and a push to the absent timeline"),
    "a timeline is installed after the logs are read": all_orders_of("two rebuilds and a push to the absent timeline"),
    "an idempotency key is stored after the publish": one_key_used_twice_concurrently,
}
"""The rules that need a check of their own; random schedules find the others."""


@pytest.mark.parametrize("name", BREAKS)
def test_every_broken_rule_is_found(name: str) -> None:
    check = FOUND_BY.get(name, random_schedules)
    with pytest.raises(AssertionError):
        check(partial(World, change=BREAKS[name]))


@pytest.mark.parametrize("check", [random_schedules, *FOUND_BY.values()])
def test_an_unbroken_world_passes_every_check(check: Check) -> None:
    check(World)
