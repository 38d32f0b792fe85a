"""Follows, unfollows and refollows between the looks of reads and merges."""

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
    slow = world.begin(lambda: world.prepare.execute("reader"))
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
        merge = world.begin(lambda: world.prepare.execute("reader"))
        merge.run_to(look)
        world.follow("reader", "two")
        merge.finish()
        assert world.peek("reader") == tweets[::-1], look
        assert world.home("reader") == tweets[::-1], look


def test_refollow_between_the_looks_of_a_merge_shows_the_tweets_that_were_missed(world: World) -> None:
    world.follow("reader", "author")
    merge = world.begin(lambda: world.prepare.execute("reader"))
    merge.run_to("timelines.merge")
    world.unfollow("reader", "author")
    missed = world.publish("author")
    world.deliver_all()
    world.follow("reader", "author")
    merge.finish()
    assert world.peek("reader") == [missed]
    assert world.home("reader") == [missed]


def test_unfollow_and_follow_of_others_between_the_looks_of_a_read_change_nothing_of_the_rest(world: World) -> None:
    world.follow("reader", "stays", "goes")
    world.home("reader")
    tweets = {author: world.publish(author) for author in ("stays", "goes", "comes")}
    world.deliver_all()
    for look in ("tweets.unpushed", "timelines.view", "tweets.get_many"):
        reading = world.begin_page("reader")
        reading.run_to(look)
        world.unfollow("reader", "goes")
        world.follow("reader", "comes")
        shown = reading.finish()
        assert tweets["stays"] in shown
        assert world.home("reader") == [tweets["comes"], tweets["stays"]]
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
