"""A change before any store call of a reader who pages through the whole timeline."""

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
    """Deletes a tweet on the reader's timeline."""
    return lambda world: world.delete(world.oracle.home(READER)[nth])


def discard(world: World) -> None:
    world.timelines.discard(READER)


publish = step(World.publish, "bob")
read = step(World.home, READER)
follow_dan = step(World.follow, READER, "dan")
unfollow = step(World.unfollow, READER, "bob")
refollow = step(World.follow, READER, "bob")

CHANGES: dict[str, Sequence[Step]] = {
    "all tweets are pushed": [World.deliver_all],
    "all tweets are pushed and the timeline is discarded": [World.deliver_all, discard],
    "many tweets displace old entries": [step(World.publish_many, "bob", 12), World.deliver_all],
    "a followee publishes": [publish],
    "a user is followed": [follow_dan],
    "a user is followed, and another read merges the log": [follow_dan, read],
    "a user is unfollowed": [unfollow],
    "a user is unfollowed, and another is followed": [unfollow, follow_dan],
    "a user is unfollowed and followed again": [unfollow, publish, World.deliver_all, refollow],
    "the newest tweet is deleted": [delete(0)],
    "many tweets are deleted": [delete(1)] * 7,
    "the timeline is discarded": [discard],
    "the timeline is discarded and rebuilt": [discard, read, World.deliver_all],
    "another read happens": [read],
}


def scene(make_world: MakeWorld, *, prepared: bool) -> World:
    """A world with pushed, unpushed, pulled, deleted and unfollowed tweets, more than a timeline holds."""
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
@pytest.mark.parametrize("steps", CHANGES.values(), ids=CHANGES)
def test_every_page_is_exact_after_a_change_before_any_store_call(
    make_world: MakeWorld, steps: Sequence[Step], *, prepared: bool
) -> None:
    calls, is_done = 0, False
    while not is_done:
        world = scene(make_world, prepared=prepared)
        walking = world.begin(partial(read_on, world, top(world, READER), LIMIT))
        for _ in range(calls):
            walking.advance()
        is_done = walking.at is None
        for change in steps:
            change(world)
        walking.finish()
        assert world.home(READER, limit=LIMIT) == world.oracle.home(READER)
        calls += 1
    assert calls > 20
