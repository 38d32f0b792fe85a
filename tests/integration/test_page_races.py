"""Pages, cursors and polls during concurrent publishes, deletions, follows and unfollows."""

from functools import partial

import pytest

from tests.integration.conftest import MakeWorld
from tests.integration.pages import ids_of
from tests.integration.readings import read_on, read_page, top
from tests.integration.world import World

READ_CALLS = ("graph.followees", "tweets.unpushed", "timelines.view", "tweets.get_many", "graph.follows_version")


@pytest.mark.parametrize("call", READ_CALLS)
def test_a_tweet_published_during_a_first_page_is_left_to_the_next_poll(world: World, call: str) -> None:
    world.follow("reader", "author")
    old = world.publish("author")
    world.home("reader")
    reading = world.begin(lambda: world.page("reader"))
    reading.run_to(call)
    new = world.publish("author")
    page = reading.finish()
    assert ids_of(page.tweets) == [old]
    assert page.since_id == old
    assert ids_of(world.page("reader", since_id=page.since_id).tweets) == [new]


def test_successive_polls_return_each_tweet_once_during_pushes(make_world: MakeWorld) -> None:
    world = make_world(capacity=2)
    world.follow("reader", "author")
    polled: list[int] = []
    published: list[int] = []
    since_id = 0
    for call in READ_CALLS * 2:
        published += world.publish_many("author", 2)
        poll = world.begin(partial(world.page, "reader", since_id=since_id))
        poll.run_to(call)
        published.append(world.publish("author"))
        world.deliver_all()
        page = poll.finish()
        polled += ids_of(page.tweets)[::-1]
        since_id = page.since_id
    polled += ids_of(world.page("reader", since_id=since_id).tweets)[::-1]
    assert polled == published


@pytest.mark.parametrize("call", ["tweets.frontier", *READ_CALLS])
def test_a_tweet_published_after_a_follow_during_a_poll_is_returned_once(world: World, call: str) -> None:
    world.follow("reader", "author")
    world.publish("new")
    since_id = world.publish("author")
    world.home("reader")
    poll = world.begin(partial(world.page, "reader", since_id=since_id))
    poll.run_to(call)
    world.follow("reader", "new")
    tweet = world.publish("new")
    page = poll.finish()
    assert ids_of(page.tweets) + ids_of(world.page("reader", since_id=page.since_id).tweets) == [tweet]


def test_paging_continues_past_a_page_whose_tweets_are_all_deleted(world: World) -> None:
    world.follow("reader", "author")
    tweets = world.publish_many("author", 9)
    world.deliver_all()
    place, _ = read_page(world, top(world, "reader"), 3)
    for tweet in tweets[3:6]:
        world.delete(tweet)
    assert read_on(world, place, 3) == (*tweets[:5:-1], *tweets[2::-1])


def test_a_page_whose_tweets_are_all_deleted_during_the_read_is_refilled(world: World) -> None:
    world.follow("reader", "author")
    tweets = world.publish_many("author", 6)
    world.deliver_all()
    world.home("reader")
    reading = world.begin_page("reader", 2)
    reading.run_to("tweets.get_many")
    for tweet in tweets[3:]:
        world.delete(tweet)
    assert reading.finish() == [tweets[2], tweets[1]]


def test_an_old_cursor_shows_no_newer_tweets_and_skips_no_tweet_pushed_since(world: World) -> None:
    world.follow("reader", "author")
    tweets = world.publish_many("author", 6)
    place, _ = read_page(world, top(world, "reader"), 2)
    world.publish_many("author", 2)
    world.deliver_all()
    world.timelines.discard("reader")
    assert read_on(world, place, 2) == tuple(tweets[::-1])
    assert read_on(world, place, 3) == tuple(tweets[::-1]), "a cursor may be reused"


def test_a_reader_without_followees_has_an_empty_last_page(world: World) -> None:
    world.publish("author")
    page = world.page("reader")
    assert (page.tweets, page.next) == ([], None)
