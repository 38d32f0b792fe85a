"""Pages, cursors and polls while others publish, delete, follow and unfollow."""

from functools import partial

import pytest

from tests.integration.conftest import MakeWorld
from tests.integration.pages import ids_of
from tests.integration.readings import read_on, read_page, top
from tests.integration.world import World

READ_LOOKS = ("graph.followees", "tweets.unpushed", "timelines.view", "tweets.get_many", "graph.follows_version")


@pytest.mark.parametrize("look", READ_LOOKS)
def test_tweet_published_during_a_first_page_is_left_to_the_next_poll(world: World, look: str) -> None:
    world.follow("reader", "author")
    old = world.publish("author")
    world.home("reader")
    reading = world.begin(lambda: world.page("reader"))
    reading.run_to(look)
    new = world.publish("author")
    page = reading.finish()
    assert ids_of(page.tweets) == [old]
    assert page.since_id == old
    assert ids_of(world.page("reader", since_id=page.since_id).tweets) == [new]


def test_polls_in_a_row_give_each_tweet_once_whatever_is_pushed_between_their_looks(make_world: MakeWorld) -> None:
    world = make_world(capacity=2)
    world.follow("reader", "author")
    polled: list[int] = []
    published: list[int] = []
    since_id = 0
    for look in READ_LOOKS * 2:
        published += world.publish_many("author", 2)
        poll = world.begin(partial(world.page, "reader", since_id=since_id))
        poll.run_to(look)
        published.append(world.publish("author"))
        world.deliver_all()
        page = poll.finish()
        polled += ids_of(page.tweets)[::-1]
        since_id = page.since_id
    polled += ids_of(world.page("reader", since_id=since_id).tweets)[::-1]
    assert polled == published


def test_new_followee_s_older_tweets_are_history_to_a_poll(world: World) -> None:
    world.follow("reader", "author")
    world.publish("new")
    since_id = world.publish("author")
    world.follow("reader", "new")
    tweet = world.publish("new")
    assert ids_of(world.page("reader", since_id=since_id).tweets) == [tweet]


@pytest.mark.parametrize("look", ["tweets.frontier", *READ_LOOKS])
def test_what_is_published_after_a_follow_in_the_middle_of_a_poll_is_news_once(world: World, look: str) -> None:
    world.follow("reader", "author")
    world.publish("new")
    since_id = world.publish("author")
    world.home("reader")
    poll = world.begin(partial(world.page, "reader", since_id=since_id))
    poll.run_to(look)
    world.follow("reader", "new")
    tweet = world.publish("new")
    page = poll.finish()
    assert ids_of(page.tweets) + ids_of(world.page("reader", since_id=page.since_id).tweets) == [tweet]


def test_since_id_never_goes_back(world: World) -> None:
    world.follow("reader", "author")
    tweet = world.publish("author")
    page = world.page("reader", since_id=tweet + 5)
    assert ids_of(page.tweets) == []
    assert page.since_id == tweet + 5


def test_since_id_of_an_empty_world_is_the_one_sent(world: World) -> None:
    assert world.page("reader").since_id == 0
    assert world.page("reader", since_id=7).since_id == 7


def test_walk_over_a_page_that_is_deleted_to_the_last_tweet_goes_on(world: World) -> None:
    world.follow("reader", "author")
    tweets = world.publish_many("author", 9)
    world.deliver_all()
    place, _ = read_page(world, top(world, "reader"), 3)
    for tweet in tweets[3:6]:
        world.delete(tweet)
    assert read_on(world, place, 3) == (*tweets[:5:-1], *tweets[2::-1])


def test_page_whose_every_tweet_is_deleted_between_its_looks_is_refilled(world: World) -> None:
    world.follow("reader", "author")
    tweets = world.publish_many("author", 6)
    world.deliver_all()
    world.home("reader")
    reading = world.begin_page("reader", 2)
    reading.run_to("tweets.get_many")
    for tweet in tweets[3:]:
        world.delete(tweet)
    assert reading.finish() == [tweets[2], tweets[1]]


def test_older_cursor_shows_neither_what_was_published_nor_skips_what_was_pushed_since(world: World) -> None:
    world.follow("reader", "author")
    tweets = world.publish_many("author", 6)
    place, _ = read_page(world, top(world, "reader"), 2)
    world.publish_many("author", 2)
    world.deliver_all()
    world.timelines.discard("reader")
    assert read_on(world, place, 2) == tuple(tweets[::-1])
    assert read_on(world, place, 3) == tuple(tweets[::-1]), "a cursor may be used again"


def test_cursor_goes_on_for_whoever_is_followed_then(world: World) -> None:
    world.follow("reader", "goes", "stays")
    tweets = [world.publish(author) for author in ("comes", "stays", "goes", "stays", "goes")]
    world.deliver_all()
    first = world.page("reader", 1)
    world.unfollow("reader", "goes")
    world.follow("reader", "comes")
    assert ids_of(world.page("reader", 3, walk=first.next).tweets) == [tweets[3], tweets[1], tweets[0]]


def test_page_is_short_only_when_it_is_the_last(world: World) -> None:
    world.follow("reader", "author")
    tweets = world.publish_many("author", 4)
    full = world.page("reader", 4)
    assert full.next is None
    assert ids_of(full.tweets) == tweets[::-1]
    cut = world.page("reader", 3)
    assert cut.next is not None
    assert ids_of(world.page("reader", 3, walk=cut.next).tweets) == tweets[:1]


def test_reader_who_follows_nobody_has_an_empty_last_page(world: World) -> None:
    world.publish("author")
    page = world.page("reader")
    assert (page.tweets, page.next) == ([], None)
