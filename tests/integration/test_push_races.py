"""Reads, follows and deletions between the store calls of a fan-out."""

from tests.integration.conftest import MakeWorld
from tests.integration.world import World


def test_every_reader_sees_the_tweet_between_any_two_store_calls_of_its_fan_out(make_world: MakeWorld) -> None:
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


def test_a_follow_after_the_last_slice_finds_the_tweet_in_the_log(world: World) -> None:
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


def test_a_refollow_after_the_slice_of_the_follower_hides_nothing(make_world: MakeWorld) -> None:
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


def test_a_push_after_an_unfollow_does_not_show_the_author_again(world: World) -> None:
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


def test_a_tweet_deleted_during_its_fan_out_stays_deleted(world: World) -> None:
    world.follow("reader", "author")
    world.home("reader")
    tweet = world.publish("author")
    delivery = world.begin(world.deliver_all)
    delivery.run_to("timelines.push")
    world.delete(tweet)
    delivery.finish()
    assert world.home("reader") == []
    assert world.left() == 0
