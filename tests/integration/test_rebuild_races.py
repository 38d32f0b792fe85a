"""A timeline is thrown away, built, pushed to and read at once."""

import pytest

from tests.integration.conftest import MakeWorld
from tests.integration.world import World

REBUILD_LOOKS = ("timelines.install", "graph.followees", "tweets.newest", "timelines.merge")


@pytest.mark.parametrize("look", REBUILD_LOOKS)
def test_push_before_any_look_of_a_rebuild_is_kept(world: World, look: str) -> None:
    world.follow("reader", "author")
    old = world.publish("author")
    world.deliver_all()
    reading = world.begin_page("reader")
    reading.run_past("tweets.unpushed")
    reading.run_to(look)
    new = world.publish("author")
    world.deliver_all()
    assert reading.finish() == [old], "what is newer than the frontier belongs to the next read"
    assert world.peek("reader") == [new, old]


@pytest.mark.parametrize("look", REBUILD_LOOKS)
def test_pushes_that_overflow_a_timeline_before_any_look_of_its_rebuild_raise_the_floor(
    make_world: MakeWorld, look: str
) -> None:
    world = make_world(capacity=2)
    world.follow("reader", "author")
    old = world.publish("author")
    world.deliver_all()
    rebuild = world.begin(lambda: world.use_cases.prepare.execute("reader"))
    rebuild.run_to(look)
    new = world.publish_many("author", 3)
    world.deliver_all()
    rebuild.finish()
    assert world.peek("reader") == [*new[::-1], old]
    assert world.home("reader") == [*new[::-1], old]


def test_timeline_thrown_away_before_the_merge_of_a_rebuild_refuses_what_has_a_hole(world: World) -> None:
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
    assert world.peek("reader") == [new, old], "the slow rebuild looked at the log before the newer tweet"
    assert world.home("reader") == [new, old]
    other.finish()
    assert world.peek("reader") == [new, old]


def test_two_rebuilds_of_one_timeline_at_once_agree(world: World) -> None:
    world.follow("reader", "author")
    tweets = world.publish_many("author", 3)
    world.deliver_all()
    one = world.begin_page("reader")
    two = world.begin_page("reader")
    for look in REBUILD_LOOKS:
        one.run_past(look)
        two.run_past(look)
    assert one.finish() == two.finish() == tweets[::-1]


def test_timeline_thrown_away_after_its_rebuild_is_read_from_the_logs(world: World) -> None:
    world.follow("reader", "author")
    tweets = world.publish_many("author", 5)
    world.deliver_all()
    reading = world.begin_page("reader")
    reading.run_past("timelines.merge")
    world.timelines.discard("reader")
    assert reading.finish() == tweets[::-1]


def test_timeline_that_another_is_just_building_is_not_relied_on(world: World) -> None:
    world.follow("reader", "author")
    old = world.publish("author")
    world.deliver_all()
    other = world.begin(lambda: world.use_cases.prepare.execute("reader"))
    other.run_past("timelines.install")
    new = world.publish("author")
    world.deliver_all()
    assert world.peek("reader") == [new, old]
    assert world.home("reader") == [new, old]


def test_timeline_thrown_away_between_a_read_s_looks_at_unpushed_and_at_the_timeline(world: World) -> None:
    world.follow("reader", "author")
    world.home("reader")
    tweet = world.publish("author")
    world.deliver_all()
    reading = world.begin_page("reader")
    reading.run_past("tweets.unpushed")
    world.timelines.discard("reader")
    assert reading.finish() == [tweet]


def test_idle_timeline_is_thrown_away_and_the_next_read_is_exact(world: World) -> None:
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


def test_read_that_drops_many_entries_has_the_timeline_rebuilt(make_world: MakeWorld) -> None:
    world = make_world(capacity=300, slice_size=10, queue_capacity=200)
    world.follow("reader", "noisy", "quiet")
    world.home("reader")
    kept = world.publish("quiet")
    world.publish_many("noisy", 101)
    world.deliver_all()
    world.unfollow("reader", "noisy")
    assert world.home("reader") == [kept]
    assert len(world.prepared("reader").ids) == 0, "thrown away"
    assert world.home("reader") == [kept]
    assert list(world.prepared("reader").ids) == [kept]
