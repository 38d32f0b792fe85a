"""Reads and pushes around the floor, where a timeline ends and the author logs begin."""

from tests.integration.conftest import MakeWorld
from tests.integration.readings import read_on, top
from tests.integration.world import World


def test_a_page_across_the_floor_is_complete(world: World) -> None:
    world.follow("reader", "author")
    tweets = world.publish_many("author", 8)
    world.deliver_all()
    world.home("reader")
    assert list(world.prepared("reader").ids) == tweets[:-4:-1], "the newest three are prepared"
    for limit in range(1, 9):
        assert world.home("reader", limit=limit) == tweets[::-1]


def test_a_late_delivery_below_the_floor_changes_nothing(make_world: MakeWorld) -> None:
    world = make_world(capacity=2)
    world.follow("reader", "author", "other")
    world.home("reader")
    late = world.publish("author")
    between = world.publish("other")
    world.delete(between)
    tweets = world.publish_many("author", 3)
    for tweet in (*tweets, late):
        world.deliver_again(tweet)
    assert list(world.prepared("reader").ids) == tweets[:0:-1], "a timeline has no entry below its floor"
    assert world.peek("reader") == [*tweets[::-1], late]


def test_pushes_in_any_order_leave_no_gap_above_the_floor(make_world: MakeWorld) -> None:
    world = make_world(capacity=2)
    world.follow("reader", "author")
    world.home("reader")
    tweets = world.publish_many("author", 4)
    for at in (3, 0, 2, 1):
        world.deliver_again(tweets[at])
        assert world.peek("reader") == tweets[::-1]
    assert world.unpushed() == []


def test_a_push_far_below_the_floor_leaves_no_gap(make_world: MakeWorld) -> None:
    world = make_world(capacity=3)
    world.follow("reader", "author")
    world.home("reader")
    tweets = world.publish_many("author", 7)
    for at in (6, 5, 4, 3):
        world.deliver_again(tweets[at])
    world.delete(tweets[6])
    world.timelines.push(tweets[0], ["reader"])
    assert world.peek("reader") == tweets[5::-1]


def test_merging_a_long_log_raises_the_floor_above_older_entries(make_world: MakeWorld) -> None:
    world = make_world(capacity=3)
    world.follow("reader", "old")
    tweets = [world.publish(author) for author in ("long", "old", "long", "long", "long", "long")]
    world.deliver_all()
    world.home("reader")
    world.follow("reader", "long")
    assert world.home("reader") == tweets[::-1]
    assert list(world.prepared("reader").ids) == tweets[:2:-1]


def test_merging_a_long_log_below_newer_entries_leaves_no_gap(make_world: MakeWorld) -> None:
    world = make_world(capacity=3)
    world.follow("reader", "rare")
    tweets = [world.publish(author) for author in ("rare", "long", "long", "long", "long", "rare")]
    world.deliver_all()
    world.home("reader")
    world.follow("reader", "long")
    world.home("reader")
    world.delete(tweets[-1])
    assert world.peek("reader") == tweets[-2::-1]


def test_merging_a_short_log_does_not_lower_the_floor(world: World) -> None:
    world.follow("reader", "busy")
    old = world.publish("busy")
    world.home("reader")
    tweets = world.publish_many("busy", 4)
    world.deliver_all()
    short = world.publish("short")
    world.deliver_all()
    world.follow("reader", "short")
    world.home("reader")
    world.delete(short)
    assert world.peek("reader") == [*tweets[::-1], old]


def test_pushes_between_reading_the_timeline_and_the_logs_hide_nothing(make_world: MakeWorld) -> None:
    world = make_world(capacity=2)
    world.follow("reader", "author")
    tweets = world.publish_many("author", 5)
    world.deliver_all()
    world.home("reader")
    reading = world.begin_page("reader")
    reading.run_past("timelines.view")
    world.publish_many("author", 3)
    world.deliver_all()
    assert reading.finish() == tweets[::-1]


def test_later_pages_are_complete_after_the_floor_rises(make_world: MakeWorld) -> None:
    world = make_world(capacity=4)
    world.follow("reader", "author")
    tweets = world.publish_many("author", 6)
    world.deliver_all()
    first = world.page("reader", 1)
    world.publish_many("author", 4)
    world.deliver_all()
    second = world.page("reader", 5, walk=first.next)
    assert [tweet.id for tweet in (*first.tweets, *second.tweets)] == tweets[::-1]
    assert second.next is None


def test_a_poll_from_below_the_floor_returns_all_newer_tweets(make_world: MakeWorld) -> None:
    world = make_world(capacity=2)
    world.follow("reader", "author")
    since_id = world.publish("author")
    world.home("reader")
    for count in range(6):
        new = world.publish_many("author", count)
        world.deliver_all()
        assert read_on(world, top(world, "reader", since_id=since_id), 3) == tuple(new[::-1])
        since_id = world.oracle.frontier
