"""Something happens before any look of a reader who walks down all pages."""

from collections.abc import Callable, Sequence
from functools import partial

import pytest

from tests.integration.conftest import MakeWorld
from tests.integration.readings import read_on, top
from tests.integration.world import World

READER = "reader"
LIMIT = 3

Step = Callable[[World], object]


def step(act: Callable[..., object], *args: object) -> Step:
    return lambda world: act(world, *args)


def delete(nth: int) -> Step:
    """Deletes one of those on the reader's timeline."""
    return lambda world: world.delete(world.oracle.home(READER)[nth])


def discard(world: World) -> None:
    world.timelines.discard(READER)


publish = step(World.publish, "bob")
read = step(World.home, READER)
follow_dan = step(World.follow, READER, "dan")
unfollow = step(World.unfollow, READER, "bob")
refollow = step(World.follow, READER, "bob")

HAPPENINGS: dict[str, Sequence[Step]] = {
    "the worker catches up": [World.deliver_all],
    "the worker catches up and the timeline is thrown away": [World.deliver_all, discard],
    "many tweets push old ones out": [step(World.publish_many, "bob", 12), World.deliver_all],
    "a followee publishes": [publish],
    "somebody is followed": [follow_dan],
    "somebody is followed, and another read merges them": [follow_dan, read],
    "somebody is unfollowed": [unfollow],
    "somebody is unfollowed, and another is followed": [unfollow, follow_dan],
    "somebody is unfollowed and followed again": [unfollow, publish, World.deliver_all, refollow],
    "the newest tweet is deleted": [delete(0)],
    "many tweets are deleted": [delete(1)] * 7,
    "the timeline is thrown away": [discard],
    "the timeline is thrown away and built anew": [discard, read, World.deliver_all],
    "another read comes first": [read],
}


def scene(make_world: MakeWorld, *, prepared: bool) -> World:
    """Some pushed, some unpushed, some pulled, some deleted, some unfollowed; more than fits into the timeline."""
    world = make_world(capacity=6, slice_size=2, threshold=2)
    world.follow("other", "carol")
    world.follow(READER, "bob", "carol", "gone")
    for _ in range(3):
        for author in ("bob", "carol", "dan", "gone", "bob"):
            world.publish(author)
    world.deliver_all()
    if prepared:
        world.home(READER)
    world.publish_many("bob", 2)
    world.delete(world.publish("carol"))
    world.unfollow(READER, "gone")
    return world


@pytest.mark.parametrize("prepared", [True, False])
@pytest.mark.parametrize("steps", HAPPENINGS.values(), ids=HAPPENINGS)
def test_every_page_of_a_walk_is_exact_whatever_happens_before_any_of_its_looks(
    make_world: MakeWorld, steps: Sequence[Step], *, prepared: bool
) -> None:
    looks, is_done = 0, False
    while not is_done:
        world = scene(make_world, prepared=prepared)
        walking = world.begin(partial(read_on, world, top(world, READER), LIMIT))
        for _ in range(looks):
            walking.advance()
        is_done = walking.at is None
        for happens in steps:
            happens(world)
        walking.finish()
        assert world.home(READER, limit=LIMIT) == world.oracle.home(READER)
        looks += 1
    assert looks > 20
