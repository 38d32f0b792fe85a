"""A timeline is discarded, rebuilt, pushed to and read concurrently."""

import pytest

from tests.integration.conftest import MakeWorld
from tests.integration.world import World

REBUILD_CALLS = ("timelines.install", "graph.followees", "tweets.newest", "timelines.merge")


@pytest.mark.parametrize("call", REBUILD_CALLS)
def test_a_rebuild_keeps_a_push_before_any_of_its_store_calls(world: World, call: str) -> None:
    world.follow("reader", "author")
    old = world.publish("author")
    world.deliver_all()
    reading = world.begin_page("reader")
    reading.run_past("tweets.unpushed")
    reading.run_to(call)
    new = world.publish("author")
    world.deliver_all()
    assert reading.finish() == [old], "a tweet above the frontier belongs to the next read"
    assert world.peek("reader") == [new, old]


@pytest.mark.parametrize("call", REBUILD_CALLS)
def test_pushes_that_overflow_a_timeline_during_its_rebuild_raise_the_floor(make_world: MakeWorld, call: str) -> None:
    world = make_world(capacity=2)
    world.follow("reader", "author")
    old = world.publish("author")
    world.deliver_all()
    rebuild = world.begin(lambda: world.use_cases.prepare.execute("reader"))
    rebuild.run_to(call)
    new = world.publish_many("author", 3)
    world.deliver_all()
    rebuild.finish()
    assert world.peek("reader") == [*new[::-1], old]
    assert world.home("reader") == [*new[::-1], old]


def test_a_timeline_discarded_before_the_merge_refuses_the_incomplete_merge(world: World) -> None:
    world.follow("reader", "author")
    old = world.publish("author")
    world.deliver_all()
    slow = world.begin(lambda: world.use_cases.prepare.execute("reader"))
    slow.run_to("timelines.merge")
    world.timelines.discard("reader")
    new = world.publish("author")
    world.deliver_all()
    other = world.begin(lambda: world.use_cases.prepare.execute("reader"))
    other.run_past("timelines.install")
    slow.finish()
    assert world.peek("reader") == [new, old], "the slow rebuild read the log before the newer tweet"
    assert world.home("reader") == [new, old]
    other.finish()
    assert world.peek("reader") == [new, old]


def test_two_concurrent_rebuilds_agree(world: World) -> None:
    world.follow("reader", "author")
    tweets = world.publish_many("author", 3)
    world.deliver_all()
    one = world.begin_page("reader")
    two = world.begin_page("reader")
    for call in REBUILD_CALLS:
        one.run_past(call)
        two.run_past(call)
    assert one.finish() == two.finish() == tweets[::-1]


def test_a_timeline_discarded_after_its_rebuild_is_read_from_the_logs(world: World) -> None:
    world.follow("reader", "author")
    tweets = world.publish_many("author", 5)
    world.deliver_all()
    reading = world.begin_page("reader")
    reading.run_past("timelines.merge")
    world.timelines.discard("reader")
    assert reading.finish() == tweets[::-1]


def test_an_incomplete_rebuild_is_not_used_by_reads(world: World) -> None:
    world.follow("reader", "author")
    old = world.publish("author")
    world.deliver_all()
    other = world.begin(lambda: world.use_cases.prepare.execute("reader"))
    other.run_past("timelines.install")
    new = world.publish("author")
    world.deliver_all()
    assert world.peek("reader") == [new, old]
    assert world.home("reader") == [new, old]


def test_a_discard_between_reading_unpushed_and_the_timeline_hides_nothing(world: World) -> None:
    world.follow("reader", "author")
    world.home("reader")
    tweet = world.publish("author")
    world.deliver_all()
    reading = world.begin_page("reader")
    reading.run_past("tweets.unpushed")
    world.timelines.discard("reader")
    assert reading.finish() == [tweet]


def test_a_read_is_exact_after_an_idle_discard(world: World) -> None:
    world.follow("reader", "author")
    world.follow("busy", "author")
    tweets = world.publish_many("author", 2)
    world.deliver_all()
    world.home("reader")
    world.clock.advance(59_000)
    world.home("busy")
    world.clock.advance(2_000)
    world.timelines.discard_idle()
    assert len(world.prepared("reader").ids) == 0
    assert len(world.prepared("busy").ids) == 2
    tweets.append(world.publish("author"))
    world.deliver_all()
    assert world.home("reader") == world.home("busy") == tweets[::-1]
