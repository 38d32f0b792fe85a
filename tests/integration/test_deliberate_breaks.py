"""Worlds in which one rule is broken: the checks that every world passes must find each of them."""

from collections.abc import Callable
from functools import partial

import pytest

from tests.faults.schedules import played
from tests.integration.broken import BREAKS
from tests.integration.interleavings import CASTS, MakeWorld, play_all
from tests.integration.stores import Bounds
from tests.integration.world import World
from usecases.publish_tweet import PublishTweetRequest

SEEDS = range(40)

Check = Callable[[MakeWorld], object]


def random_schedules(make_world: MakeWorld) -> None:
    for seed in SEEDS:
        played(seed, make_world)


def reads_beside_a_fan_out(make_world: MakeWorld) -> None:
    play_all(CASTS["a read and a fan-out"], make_world)


def one_key_used_twice_at_once(make_world: MakeWorld) -> None:
    """One publishes before every look of another who publishes under the same key."""
    looks, is_done = 0, False
    while not is_done:
        world = make_world(Bounds())
        publish = partial(world.use_cases.publish.execute, PublishTweetRequest("author", "a tweet", "a key"))
        publishing = world.begin(publish)
        for _ in range(looks):
            publishing.advance()
        is_done = publishing.at is None
        assert publish().tweet == publishing.finish().tweet, f"after {looks} looks"
        looks += 1
    assert looks > 3


FOUND_BY: dict[str, Check] = {
    "the timeline is looked at before unpushed": reads_beside_a_fan_out,
    "an idempotency key is kept after the publish": one_key_used_twice_at_once,
}
"""Random schedules find the others."""


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_rule_is_found(name: str) -> None:
    check = FOUND_BY.get(name, random_schedules)
    with pytest.raises(AssertionError):
        check(partial(World, change=BREAKS[name]))


@pytest.mark.parametrize("check", [random_schedules, *FOUND_BY.values()])
def test_a_world_with_no_rule_broken_passes(check: Check) -> None:
    check(World)
