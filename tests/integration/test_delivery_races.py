"""Readers see every tweet in spite of lost hints, retries, dead letters, pulled tweets and clock changes."""

import pytest

from domain.events import DeliveryFailed, TweetDeadLettered, TweetPushed
from tests.integration.conftest import MakeWorld
from tests.integration.world import World


def test_tweets_with_dropped_hints_are_pushed_when_their_rows_fall_due(make_world: MakeWorld) -> None:
    world = make_world(queue_capacity=1)
    world.follow("reader", "author")
    world.home("reader")
    tweets = world.publish_many("author", 4)
    world.deliver_all()
    assert world.left() == 3, "the queue had room for one hint"
    assert world.peek("reader") == tweets[::-1]
    world.deliver_due()
    assert world.left() == 0
    assert world.unpushed() == []
    assert world.home("reader") == tweets[::-1]


def test_a_tweet_whose_publisher_stops_before_the_hint_is_visible_and_pushed(world: World) -> None:
    world.follow("reader", "author")
    world.home("reader")
    publishing = world.begin(lambda: world.publish("author"))
    publishing.run_to("events.hint")
    tweet = world.oracle.frontier
    assert world.peek("reader") == [tweet]
    world.deliver_due()
    assert list(world.prepared("reader").ids) == [tweet]
    publishing.finish()
    world.deliver_all()
    assert world.peek("reader") == [tweet]
    assert world.left() == 0
    assert world.deliveries() == [TweetPushed], "the late hint must not push again"


def test_deleting_a_waiting_tweet_removes_its_row(make_world: MakeWorld) -> None:
    world = make_world(queue_capacity=1)
    world.follow("reader", "author")
    for tweet in world.publish_many("author", 2):
        world.delete(tweet)
    world.deliver_all()
    world.deliver_due()
    assert world.left() == 0
    assert world.home("reader") == []


def test_a_tweet_is_visible_and_pushed_when_due_after_its_worker_ends_before_any_store_call(
    make_world: MakeWorld,
) -> None:
    for calls in range(20):
        world = make_world()
        readers = ("ada", "ben")
        for reader in readers:
            world.follow(reader, "author")
            world.home(reader)
        tweet = world.publish("author")
        delivery = world.begin(world.deliver_all)
        for _ in range(calls):
            delivery.advance()
        if delivery.at is None:
            break
        delivery.abandon()
        world.crash()
        assert [world.peek(reader) for reader in readers] == [[tweet]] * 2
        world.deliver_due()
        assert [list(world.prepared(reader).ids) for reader in readers] == [[tweet]] * 2
        assert world.unpushed() == []
    assert calls > 8


@pytest.mark.parametrize("written", [0, 1, 2])
def test_a_push_that_fails_within_a_slice_is_retried(make_world: MakeWorld, written: int) -> None:
    world = make_world(slice_size=2)
    for reader in ("ada", "ben"):
        world.follow(reader, "author")
        world.home(reader)
    tweet = world.publish("author")
    world.pushes.fail_next(after=written)
    world.deliver_all()
    assert world.peek("ada") == world.peek("ben") == [tweet]
    assert world.unpushed() == [tweet]
    world.settle()
    assert world.unpushed() == []
    assert world.peek("ada") == world.peek("ben") == [tweet]
    assert world.deliveries() == [DeliveryFailed, TweetPushed]


def test_a_dead_letter_is_visible_and_a_redrive_pushes_it(world: World) -> None:
    world.follow("reader", "author")
    world.home("reader")
    tweet = world.publish("author")
    for _ in range(2):
        world.pushes.fail_next()
    world.settle()
    assert world.dead() == [tweet]
    assert world.left() == 0
    assert world.peek("reader") == [tweet]
    assert world.home("reader") == [tweet]
    assert world.redrive() == 1
    world.settle()
    assert world.unpushed() == []
    assert list(world.prepared("reader").ids) == [tweet]


def test_a_tweet_whose_push_ends_every_worker_becomes_a_dead_letter(world: World) -> None:
    def end_thread(*_: object) -> None:
        raise SystemExit

    world.follow("reader", "author")
    world.home("reader")
    tweet = world.publish("author")
    world.pushes.before_push = end_thread
    for _ in range(2):
        with pytest.raises(SystemExit):
            world.deliver_due()
    assert world.dead() == [tweet]
    assert world.home("reader") == [tweet]


def test_a_fan_out_resumes_at_the_slice_that_failed(world: World) -> None:
    readers = ("ada", "ben", "cleo")
    for reader in readers:
        world.follow(reader, "author")
        world.home(reader)
    tweet = world.publish("author")
    world.fan_out.step()
    world.pushes.fail_next()
    world.settle()
    assert not any(isinstance(event, TweetDeadLettered) for event in world.happened)
    assert [list(world.prepared(reader).ids) for reader in readers] == [[tweet]] * 3
    assert world.unpushed() == []


def test_an_author_who_crosses_the_threshold_both_ways_loses_and_repeats_no_tweet(make_world: MakeWorld) -> None:
    world = make_world(threshold=2)
    world.follow("reader", "author")
    world.home("reader")
    tweets = []
    for _ in range(3):
        tweets.append(world.publish("author"))
        world.follow("other", "author")
        tweets.append(world.publish("author"))
        world.unfollow("other", "author")
        assert world.peek("reader") == tweets[::-1]
        world.deliver_all()
        assert world.home("reader") == tweets[::-1]
    assert world.unpushed() == tweets[::-2], "the mode belongs to the tweet"
    assert world.home("other") == []
    world.follow("other", "author")
    assert world.home("other") == tweets[::-1]


def test_setting_the_clock_back_keeps_the_order_of_publication(world: World) -> None:
    world.follow("reader", "author")
    tweets = [world.publish("author")]
    since_id = tweets[0]
    for milliseconds in (1, 3_600_000, 0, 10**12):
        world.clock.set_back(milliseconds)
        tweets += world.publish_many("author", 2)
        world.deliver_all()
        assert world.home("reader") == tweets[::-1]
    assert tweets == sorted(set(tweets))
    assert [tweet.id for tweet in world.page("reader", since_id=since_id).tweets] == tweets[:0:-1]


def test_more_than_4096_tweets_in_a_millisecond_stay_in_order(make_world: MakeWorld) -> None:
    world = make_world(capacity=800, queue_capacity=10_000)
    world.follow("reader", "author")
    tweets = world.publish_many("author", 4_100)
    world.clock.advance(1)
    tweets += world.publish_many("author", 2)
    world.deliver_all()
    assert tweets == sorted(set(tweets))
    assert world.home("reader", limit=200) == tweets[::-1]
