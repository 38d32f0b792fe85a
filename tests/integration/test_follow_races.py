"""Follows, unfollows and refollows between the store calls of reads and merges."""

from collections.abc import Callable

import pytest

from tests.integration.conftest import MakeWorld
from tests.integration.world import World


def test_a_refollow_shows_tweets_published_while_unfollowed(world: World) -> None:
    world.follow("reader", "author", "other")
    world.home("reader")
    world.unfollow("reader", "author")
    missed = world.publish("author")
    world.deliver_all()
    assert world.home("reader") == []
    world.follow("reader", "author")
    assert world.peek("reader") == [missed]
    assert world.home("reader") == [missed]


def test_a_follow_takes_effect_on_the_next_read_with_and_without_preparation(world: World) -> None:
    world.follow("reader", "author")
    world.home("reader")
    tweet = world.publish("new")
    world.deliver_all()
    world.follow("reader", "new")
    assert world.peek("reader") == [tweet]
    assert world.home("reader") == [tweet]
    assert list(world.prepared("reader").ids) == [tweet]


def test_two_follows_merged_in_reverse_order_hide_nothing(world: World) -> None:
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


def test_a_follow_during_a_merge_is_not_covered_by_its_mark(world: World) -> None:
    world.follow("reader", "one")
    tweets = [world.publish(author) for author in ("one", "two")]
    world.deliver_all()
    for call in ("tweets.newest", "timelines.merge"):
        world.timelines.discard("reader")
        world.unfollow("reader", "two")
        merge = world.begin(lambda: world.use_cases.prepare.execute("reader"))
        merge.run_to(call)
        world.follow("reader", "two")
        merge.finish()
        assert world.peek("reader") == tweets[::-1], call
        assert world.home("reader") == tweets[::-1], call


def test_a_refollow_during_a_merge_shows_tweets_published_while_unfollowed(world: World) -> None:
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


def test_an_unfollow_and_a_follow_during_a_read_take_effect_on_its_page(world: World) -> None:
    world.follow("reader", "stays", "goes")
    world.home("reader")
    tweets = {author: world.publish(author) for author in ("stays", "goes", "comes")}
    world.deliver_all()
    for call in ("graph.followees", "tweets.unpushed", "timelines.view", "tweets.get_many", "graph.follows_version"):
        reading = world.begin_page("reader")
        reading.run_to(call)
        world.unfollow("reader", "goes")
        world.follow("reader", "comes")
        assert reading.finish() == world.home("reader") == [tweets["comes"], tweets["stays"]]
        world.unfollow("reader", "comes")
        world.follow("reader", "goes")


def test_an_unfollow_hides_tweets_in_timeline_logs_and_unpushed_at_once(world: World) -> None:
    world.follow("reader", "goes", "stays")
    kept = world.publish("stays")
    world.publish_many("goes", 5)
    world.deliver_all()
    world.home("reader")
    world.publish("goes")
    world.unfollow("reader", "goes")
    assert world.home("reader") == [kept]


def test_a_refollow_after_a_fan_out_during_a_read_hides_nothing(world: World) -> None:
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
def test_a_page_has_all_or_no_tweets_of_an_author_whose_follow_changes_during_the_read(
    make_world: MakeWorld, change: Callable[[World, str, str], None], *, prepared: bool
) -> None:
    """The author has two pushed tweets and an unpushed one."""
    calls, is_done = 0, False
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
        for _ in range(calls):
            reading.advance()
        is_done = reading.at is None
        change(world, "reader", "author")
        is_followed = is_done or change is World.refollow
        expected = [tweets[2], kept, *tweets[1::-1]] if is_followed else [kept]
        assert reading.finish() == expected, f"after {calls} store calls"
        calls += 1
    assert calls > 6


def test_a_read_ends_after_two_passes_while_its_user_keeps_following(world: World) -> None:
    world.follow("reader", "author")
    tweet = world.publish("author")
    reading = world.begin_page("reader")
    calls = []
    while reading.at is not None:
        calls.append(reading.at)
        world.follow("reader", f"author-{len(calls)}")
        reading.advance()
        assert len(calls) < 100, "the read does not end while its user keeps following"
    assert reading.finish() == [tweet]
    assert calls == [
        *("tweets.frontier", "graph.followees", "tweets.unpushed", "timelines.view"),
        *("timelines.install", "graph.followees", "tweets.newest", "timelines.merge", "timelines.view"),
        *("tweets.get_many", "graph.follows_version"),
        *("graph.followees", "tweets.newest", "tweets.get_many", "graph.follows_version"),
    ]
