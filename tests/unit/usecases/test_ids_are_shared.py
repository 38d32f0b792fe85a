"""Timelines share the id object of the tweet, so that an entry takes 8 bytes, not 40."""

from tests.unit.usecases.home import ALICE, Home


def test_pushed_entries_share_the_id_objects_of_the_tweets(home: Home) -> None:
    home.follow("bob")
    home.page()
    home.publish("bob", 3)
    home.deliver()
    assert_shared(home)


def test_rebuilt_entries_share_the_id_objects_of_the_tweets(home: Home) -> None:
    home.follow("bob", "carol")
    home.publish("bob", 3)
    home.publish("carol", 2)
    home.page()
    assert_shared(home)


def assert_shared(home: Home) -> None:
    entries = home.timelines.view(ALICE, 0, 1 << 63, 10).ids
    tweets = home.tweets.get_many(entries)
    assert entries
    assert all(tweet is not None and tweet.id is entry for tweet, entry in zip(tweets, entries, strict=True))
