"""A fan-out goes on between any two looks of a read, and the other way round."""

from tests.integration.conftest import MakeWorld
from tests.integration.world import World


def test_push_between_the_looks_at_unpushed_and_at_the_timeline_hides_nothing(world: World) -> None:
    world.follow("reader", "author")
    world.home("reader")
    tweet = world.publish("author")
    reading = world.begin_page("reader")
    reading.run_past("tweets.unpushed")
    world.deliver_all()
    assert reading.finish() == [tweet]


def test_push_between_any_two_looks_of_a_read_hides_and_doubles_nothing(make_world: MakeWorld) -> None:
    looks = ["graph.followees", "tweets.unpushed", "timelines.view", "tweets.get_many", "graph.follows_version"]
    for look in ("tweets.frontier", *looks):
        world = make_world()
        world.follow("reader", "author")
        world.home("reader")
        tweets = world.publish_many("author", 2)
        reading = world.begin_page("reader")
        reading.run_to(look)
        world.deliver_all()
        assert reading.finish() == tweets[::-1], look


def test_every_reader_sees_the_tweet_between_any_two_looks_of_its_fan_out(make_world: MakeWorld) -> None:
    world = make_world(slice_size=2)
    readers = ["ada", "ben", "cleo"]
    for reader in readers:
        world.follow(reader, "author")
        world.home(reader)
    tweet = world.publish("author")
    delivery = world.begin(world.deliver_all)
    while delivery.at is not None:
        for reader in readers:
            assert world.peek(reader) == [tweet], f"{reader}, before {delivery.at}"
        delivery.advance()
    delivery.finish()
    assert world.unpushed() == []
    assert [list(world.prepared(reader).ids) for reader in readers] == [[tweet]] * 3


def test_tweet_stays_unpushed_until_the_last_slice_is_written(world: World) -> None:
    for reader in ("first", "last"):
        world.follow(reader, "author")
        world.home(reader)
    tweet = world.publish("author")
    delivery = world.begin(world.deliver_all)
    delivery.run_past("timelines.push")
    delivery.run_to("timelines.push")
    assert world.home("last") == [tweet]
    assert world.unpushed() == [tweet]
    delivery.finish()
    assert world.home("last") == [tweet]


def test_follow_during_a_fan_out_whose_pages_are_past_finds_the_tweet_in_the_log(world: World) -> None:
    world.follow("early", "author")
    world.follow("late", "other")
    world.home("late")
    tweet = world.publish("author")
    delivery = world.begin(world.deliver_all)
    delivery.run_to("outbox.done")
    world.follow("late", "author")
    delivery.finish()
    assert world.unpushed() == []
    assert world.peek("late") == [tweet]
    assert world.home("late") == [tweet]


def test_refollow_behind_a_fan_out_that_has_passed_hides_nothing(make_world: MakeWorld) -> None:
    world = make_world(slice_size=2)
    for reader in ("ada", "ben", "cleo"):
        world.follow(reader, "author")
        world.home(reader)
    tweet = world.publish("author")
    delivery = world.begin(world.deliver_all)
    delivery.run_past("graph.followers_after")
    delivery.run_to("graph.followers_after")
    world.unfollow("cleo", "author")
    delivery.run_to("outbox.done")
    world.follow("cleo", "author")
    delivery.finish()
    assert world.home("cleo") == [tweet]


def test_late_fan_out_brings_an_unfollowed_author_not_back(world: World) -> None:
    world.follow("reader", "author", "other")
    world.home("reader")
    world.publish("author")
    kept = world.publish("other")
    delivery = world.begin(world.deliver_all)
    delivery.run_to("timelines.push")
    world.unfollow("reader", "author")
    delivery.finish()
    assert world.peek("reader") == [kept]
    assert world.home("reader") == [kept]


def test_tweet_deleted_during_its_fan_out_stays_deleted(world: World) -> None:
    world.follow("reader", "author")
    world.home("reader")
    tweet = world.publish("author")
    delivery = world.begin(world.deliver_all)
    delivery.run_to("timelines.push")
    world.delete(tweet)
    delivery.finish()
    assert world.home("reader") == []
    assert world.left() == 0


def test_timeline_thrown_away_and_rebuilt_between_push_and_mark_keeps_the_tweet(world: World) -> None:
    world.follow("reader", "author")
    world.home("reader")
    tweet = world.publish("author")
    delivery = world.begin(world.deliver_all)
    delivery.run_to("outbox.done")
    world.timelines.discard("reader")
    world.home("reader")
    delivery.finish()
    assert list(world.prepared("reader").ids) == [tweet]


def test_two_deliveries_of_one_tweet_may_overlap(world: World) -> None:
    for reader in ("first", "last"):
        world.follow(reader, "author")
        world.home(reader)
    tweet = world.publish("author")
    one = world.begin(world.deliver_all)
    one.run_past("timelines.push")
    world.deliver_again(tweet)
    one.finish()
    assert world.home("first") == world.home("last") == [tweet]
    assert list(world.prepared("last").ids) == [tweet]
