"""Entries and heads expire at any time after their age: pages come from the author logs then, and none differs."""

from collections.abc import Iterator
from functools import partial

import pytest

from cluster.engines.own_dynalite import OwnDynalite
from infrastructure.outside.partitioned import DAY_MS, PartitionedTimelines
from tests.dynamodb.worlds import DynamoWorlds, Parts, dynamo_worlds
from tests.engines.timeline_rules import AUTHOR, OTHER, READER, THIRD
from tests.integration.pages import ids_of
from tests.integration.stores import Bounds
from tests.integration.world import World

DAYS = 10
PARTS = Parts(ttl_seconds=DAYS * DAY_MS // 1000)
BOUNDS = Bounds(capacity=50, idle_seconds=1000.0 * DAY_MS)


class BelievesInOldEntries(PartitionedTimelines):
    def _oldest_that_cannot_have_expired(self) -> int:
        return 0


@pytest.fixture
def worlds(schema_url: str, dynamodb: OwnDynalite) -> Iterator[DynamoWorlds]:
    with dynamo_worlds(schema_url, dynamodb) as made:
        yield made


def live(worlds: DynamoWorlds, world: World, days: int, *, publishes: bool = True) -> int:
    """Lets days pass, in which the author publishes and the reader reads; returns how many items expired."""
    expired = 0
    for _ in range(days):
        world.clock.advance(DAY_MS)
        if publishes:
            world.publish(AUTHOR)
            world.deliver_all()
        expired += worlds.server.expire(world.clock.now_ms())
        assert world.home(READER) == world.oracle.home(READER)
    return expired


def walk(worlds: DynamoWorlds, world: World) -> int:
    """Walks all pages, a day for each; returns how many items expired meanwhile."""
    found: list[int] = []
    expired = 0
    page = world.page(READER, 1)
    while True:
        found += ids_of(page.tweets)
        if page.next is None:
            assert found == world.oracle.home(READER)
            return expired
        world.clock.advance(DAY_MS)
        expired += worlds.server.expire(world.clock.now_ms())
        page = world.page(READER, 1, walk=page.next)


def begun(worlds: DynamoWorlds, parts: Parts) -> World:
    world = worlds.make(BOUNDS, parts)
    world.follow(READER, AUTHOR)
    live(worlds, world, DAYS - 2)
    # So that the head is younger than the entries.
    world.follow(READER, THIRD)
    live(worlds, world, 1)
    return world


def test_a_walk_is_exact_while_entries_expire(worlds: DynamoWorlds) -> None:
    assert walk(worlds, begun(worlds, PARTS)) > 2


def test_without_the_floor_of_what_may_have_expired_tweets_are_missing(worlds: DynamoWorlds) -> None:
    with pytest.raises(AssertionError):
        walk(worlds, begun(worlds, Parts(timelines=BelievesInOldEntries, ttl_seconds=PARTS.ttl_seconds)))


def test_timelines_are_exact_for_longer_than_anything_is_kept(worlds: DynamoWorlds) -> None:
    world = begun(worlds, PARTS)
    assert live(worlds, world, 2 * DAYS) > DAYS
    assert live(worlds, world, DAYS, publishes=False)


@pytest.mark.parametrize("call", ["partitions.head", "partitions.add_all", "partitions.set_head"])
def test_a_head_may_expire_while_another_merge_is_under_way(worlds: DynamoWorlds, call: str) -> None:
    world = begun(worlds, PARTS)
    world.publish(OTHER)
    world.follow(READER, OTHER)
    merge = world.begin(partial(world.use_cases.prepare.execute, READER))
    merge.run_past(call)
    world.clock.advance(DAYS * DAY_MS)
    assert worlds.server.expire(world.clock.now_ms())
    merge.finish()
    assert world.home(READER) == world.oracle.home(READER)
    live(worlds, world, 2)


def test_a_rebuild_writes_nothing_that_no_view_would_show(worlds: DynamoWorlds) -> None:
    world = worlds.make(BOUNDS, PARTS)
    world.follow(READER, AUTHOR)
    old = world.publish_many(AUTHOR, 3)
    world.clock.advance((DAYS + 1) * DAY_MS)
    new = world.publish_many(AUTHOR, 2)
    assert world.home(READER) == [*new[::-1], *old[::-1]]
    entries = [item["id"] for item in worlds.server.items() if "floor" not in item]
    assert sorted(entries) == new
