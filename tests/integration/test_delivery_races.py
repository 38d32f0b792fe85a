"""Queue, retries, dead letters, pulled tweets and clocks: readers see every tweet all the same."""

import pytest

from domain.errors import Unavailable
from domain.events import DeliveryFailed, TweetDeadLettered, TweetPushed
from tests.fakes.letters import kept
from tests.integration.conftest import MakeWorld
from tests.integration.world import World


def test_full_queue_leaves_tweets_unqueued_until_there_is_room(make_world: MakeWorld) -> None:
    world = make_world(queue_capacity=1)
    world.follow("reader", "author")
    world.home("reader")
    tweets = world.publish_many("author", 4)
    assert world.tweets.unqueued_count() == 3
    assert world.fan_out.left() == 4
    assert world.peek("reader") == tweets[::-1]
    world.deliver_all()
    assert world.fan_out.left() == 0
    assert world.unpushed() == []
    assert world.home("reader") == tweets[::-1]


def test_event_delivered_before_the_publisher_says_that_it_is_queued_is_not_lost_and_not_left(world: World) -> None:
    world.follow("reader", "author")
    world.home("reader")
    publishing = world.begin(lambda: world.publish("author"))
    publishing.run_to("tweets.mark_queued")
    world.deliver_all()
    tweet = publishing.finish()
    world.deliver_all()
    assert world.fan_out.left() == 0
    assert list(world.prepared("reader").ids) == [tweet]


def test_publisher_who_stops_before_the_queue_leaves_a_tweet_that_is_seen_and_pushed(world: World) -> None:
    world.follow("reader", "author")
    world.home("reader")
    publishing = world.begin(lambda: world.publish("author"))
    publishing.run_to("events.offer")
    tweet = world.oracle.frontier
    assert world.peek("reader") == [tweet]
    world.deliver_all()
    assert list(world.prepared("reader").ids) == [tweet]
    publishing.finish()
    world.deliver_all()
    assert world.peek("reader") == [tweet]
    assert world.fan_out.left() == 0
    assert [type(event) for event in world.happened] == [TweetPushed], "though its event came twice"


def test_tweet_deleted_while_it_waits_for_room_leaves_nothing_behind(make_world: MakeWorld) -> None:
    world = make_world(queue_capacity=1)
    world.follow("reader", "author")
    queued, unqueued = world.publish_many("author", 2)
    world.delete(unqueued)
    world.delete(queued)
    world.deliver_all()
    assert world.fan_out.left() == 0
    assert world.home("reader") == []


@pytest.mark.parametrize("written", [0, 1, 2])
def test_push_that_fails_after_a_part_of_its_slice_is_tried_again(make_world: MakeWorld, written: int) -> None:
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
    assert [type(event) for event in world.happened] == [DeliveryFailed, TweetPushed]


def test_dead_letter_is_seen_and_a_redrive_pushes_it(world: World) -> None:
    world.follow("reader", "author")
    world.home("reader")
    tweet = world.publish("author")
    for _ in range(2):
        world.pushes.fail_next()
    world.settle()
    assert [letter.tweet_id for letter in kept(world.letters)] == [tweet]
    assert world.fan_out.left() == 0
    assert world.peek("reader") == [tweet]
    assert world.home("reader") == [tweet]
    assert world.redrive() == 1
    world.settle()
    assert world.unpushed() == []
    assert list(world.prepared("reader").ids) == [tweet]


def test_redrive_without_room_keeps_the_letter(make_world: MakeWorld) -> None:
    world = make_world(queue_capacity=1, max_attempts=1)
    dead = world.publish("author")
    world.pushes.fail_next()
    world.settle()
    world.publish("author")
    assert world.redrive() == 0
    assert [letter.tweet_id for letter in kept(world.letters)] == [dead]
    world.settle()
    assert world.redrive() == 1


def test_dead_letter_dropped_at_the_bound_leaves_its_tweet_to_be_pulled(make_world: MakeWorld) -> None:
    world = make_world(max_attempts=1, dead_letter_capacity=1)
    world.follow("reader", "author")
    world.home("reader")
    tweets = world.publish_many("author", 3)
    for _ in tweets:
        world.pushes.fail_next()
    world.settle()
    assert [letter.tweet_id for letter in kept(world.letters)] == tweets[:1:-1]
    world.redrive()
    world.settle()
    assert world.unpushed() == tweets[1::-1]
    assert world.home("reader") == tweets[::-1]


def test_slice_that_fails_in_the_middle_of_a_fan_out_goes_on_where_it_stopped(world: World) -> None:
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


def test_delivery_that_raises_to_its_caller_may_be_repeated(world: World) -> None:
    world.follow("reader", "author")
    world.home("reader")
    tweet = world.publish("author")
    world.pushes.fail_next(after=1)
    with pytest.raises(Unavailable):
        world.deliver_again(tweet)
    assert world.peek("reader") == [tweet]
    world.deliver_again(tweet)
    assert list(world.prepared("reader").ids) == [tweet]


def test_author_who_crosses_the_threshold_both_ways_loses_and_doubles_nothing(make_world: MakeWorld) -> None:
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


def test_threshold_of_nothing_pulls_every_tweet(make_world: MakeWorld) -> None:
    world = make_world(threshold=0)
    world.follow("reader", "author")
    tweets = world.publish_many("author", 4)
    assert world.fan_out.left() == 0
    assert world.home("reader") == tweets[::-1]
    assert world.unpushed() == tweets[::-1]


def test_clock_set_back_keeps_the_order_of_publication(world: World) -> None:
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


def test_more_tweets_in_one_millisecond_than_a_sequence_holds_stay_in_order(make_world: MakeWorld) -> None:
    world = make_world(capacity=800, queue_capacity=10_000)
    world.follow("reader", "author")
    tweets = world.publish_many("author", 4_100)
    world.clock.advance(1)
    tweets += world.publish_many("author", 2)
    world.deliver_all()
    assert tweets == sorted(set(tweets))
    assert world.home("reader", limit=200) == tweets[::-1]
