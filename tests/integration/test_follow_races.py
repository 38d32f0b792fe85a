"""Follows, unfollows and refollows between the looks of reads and merges."""

from collections.abc import Callable

import pytest

from tests.integration.conftest import MakeWorld
from tests.integration.world import World


def test_refollow_shows_the_tweets_that_were_missed(world: World) -> None:
    world.follow("reader", "author", "other")
    world.home("reader")
    world.unfollow("reader", "author")
    missed = world.publish("author")
    world.deliver_all()
    assert world.home("reader") == []
    world.follow("reader", "author")
    assert world.peek("reader") == [missed]
    assert world.home("reader") == [missed]


def test_refollow_of_the_newest_followee_shows_the_tweets_that_were_missed(world: World) -> None:
    world.follow("reader", "author")
    world.home("reader")
    world.unfollow("reader", "author")
    missed = world.publish("author")
    world.deliver_all()
    world.follow("reader", "author")
    assert world.home("reader") == [missed]


def test_follow_shows_on_the_very_next_read_and_on_one_that_prepares_nothing(world: World) -> None:
    world.follow("reader", "author")
    world.home("reader")
    tweet = world.publish("new")
    world.deliver_all()
    world.follow("reader", "new")
    assert world.peek("reader") == [tweet]
    assert world.home("reader") == [tweet]
    assert list(world.prepared("reader").ids) == [tweet]


def test_two_follows_merged_in_the_other_order_hide_nothing(world: World) -> None:
    world.follow("reader", "one")
    world.home("reader")
    tweets = [world.publish(author) for author in ("one", "two", "three")]
    world.deliver_all()
    world.follow("reader", "two")
    slow = world.begin(lambda: world.use_cases.prepare.execute("reader"))
    slow.run_to("timelines.merge")
    world.follow("reader", "three")
    world.home("reader")
    slow.finish()
    assert world.peek("reader") == tweets[::-1]
    assert sorted(world.prepared("reader").ids) == tweets


def test_follow_between_the_looks_of_a_merge_is_not_covered_by_its_mark(world: World) -> None:
    world.follow("reader", "one")
    tweets = [world.publish(author) for author in ("one", "two")]
    world.deliver_all()
    for look in ("tweets.newest", "timelines.merge"):
        world.timelines.discard("reader")
        world.unfollow("reader", "two")
        merge = world.begin(lambda: world.use_cases.prepare.execute("reader"))
        merge.run_to(look)
        world.follow("reader", "two")
        merge.finish()
        assert world.peek("reader") == tweets[::-1], look
        assert world.home("reader") == tweets[::-1], look


def test_refollow_between_the_looks_of_a_merge_shows_the_tweets_that_were_missed(world: World) -> None:
    world.follow("reader", "author")
    merge = world.begin(lambda: world.use_cases.prepare.execute("reader"))
    merge.run_to("timelines.merge")
    world.unfollow("reader", "author")
    missed = world.publish("author")
    world.deliver_all()
    world.follow("reader", "author")
    merge.finish()
    assert world.peek("reader") == [missed]
    assert world.home("reader") == [missed]


def test_unfollow_and_follow_between_the_looks_of_a_read_show_on_its_page(world: World) -> None:
    world.follow("reader", "stays", "goes")
    world.home("reader")
    tweets = {author: world.publish(author) for author in ("stays", "goes", "comes")}
    world.deliver_all()
    for look in ("graph.followees", "tweets.unpushed", "timelines.view", "tweets.get_many", "graph.follows_version"):
        reading = world.begin_page("reader")
        reading.run_to(look)
        world.unfollow("reader", "goes")
        world.follow("reader", "comes")
        assert reading.finish() == world.home("reader") == [tweets["comes"], tweets["stays"]]
        world.unfollow("reader", "comes")
        world.follow("reader", "goes")


def test_unfollow_shows_on_the_very_next_read_wherever_the_tweets_are(world: World) -> None:
    world.follow("reader", "goes", "stays")
    kept = world.publish("stays")
    world.publish_many("goes", 5)
    world.deliver_all()
    world.home("reader")
    world.publish("goes")
    world.unfollow("reader", "goes")
    assert world.home("reader") == [kept]


def test_own_tweets_are_shown_when_asked_for_only(world: World) -> None:
    world.follow("reader", "author")
    world.follow("author", "reader")
    tweets = [world.publish(author) for author in ("reader", "author", "reader", "reader", "author", "reader")]
    world.deliver_all()
    assert world.home("reader", include_self=True) == tweets[::-1]
    assert world.home("reader") == [tweets[4], tweets[1]]


def test_refollow_behind_a_fan_out_during_a_read_hides_nothing(world: World) -> None:
    world.follow("reader", "author")
    world.home("reader")
    tweet = world.publish("author")
    reading = world.begin_page("reader")
    reading.run_past("graph.followees")
    world.unfollow("reader", "author")
    world.deliver_all()
    world.follow("reader", "author")
    assert reading.finish() == [tweet]


@pytest.mark.parametrize("prepared", [True, False])
@pytest.mark.parametrize("change", [World.unfollow, World.refollow])
def test_page_holds_all_or_nothing_of_an_author_whose_follow_changes_before_the_last_look(
    make_world: MakeWorld, change: Callable[[World, str, str], None], *, prepared: bool
) -> None:
    """Some tweets of the author were pushed to nobody, and one is unpushed."""
    looks, is_done = 0, False
    while not is_done:
        world = make_world()
        world.follow("reader", "author", "other")
        tweets = world.publish_many("author", 2)
        world.deliver_all()
        kept = world.publish("other")
        if prepared:
            world.home("reader")
        tweets.append(world.publish("author"))
        reading = world.begin_page("reader")
        for _ in range(looks):
            reading.advance()
        is_done = reading.at is None
        change(world, "reader", "author")
        is_followed = is_done or change is World.refollow
        expected = [tweets[2], kept, *tweets[1::-1]] if is_followed else [kept]
        assert reading.finish() == expected, f"after {looks} looks"
        looks += 1
    assert looks > 6


def test_reader_who_follows_somebody_before_every_look_of_a_read_gets_a_page_after_two_passes(world: World) -> None:
    world.follow("reader", "author")
    tweet = world.publish("author")
    reading = world.begin_page("reader")
    looks = []
    while reading.at is not None:
        looks.append(reading.at)
        world.follow("reader", f"author-{len(looks)}")
        reading.advance()
        assert len(looks) < 100, "the read goes on for as long as its user follows people"
    assert reading.finish() == [tweet]
    assert looks == [
        *("tweets.frontier", "graph.followees", "tweets.unpushed", "timelines.view"),
        *("timelines.install", "graph.followees", "tweets.newest", "timelines.merge", "timelines.view"),
        *("tweets.get_many", "graph.follows_version"),
        *("graph.followees", "tweets.newest", "tweets.get_many"),
    ]
