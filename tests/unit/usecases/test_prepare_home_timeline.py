from domain.timeline import EMPTY_VIEW, TimelineView
from domain.tweet_id import MAX_TWEET_ID
from tests.unit.usecases.conftest import CAPACITY
from tests.unit.usecases.home import ALICE, Home


def view(home: Home) -> TimelineView:
    return home.timelines.view(ALICE, 0, MAX_TWEET_ID, CAPACITY + 1)


def ids(home: Home) -> list[int]:
    return list(view(home).ids)


def test_a_rebuilt_timeline_has_the_tweets_of_all_followees(home: Home) -> None:
    home.publish("bob", 2)
    home.publish("carol", 2, pulled=True)
    home.publish("stranger")
    home.follow("bob", "carol")
    home.prepare.execute(ALICE)
    assert ids(home) == [tweet.id for tweet in home.naive()]
    assert (view(home).floor, view(home).mark) == (0, home.graph.followees(ALICE).newest_follow_id)


def test_a_reader_without_followees_gets_a_complete_empty_timeline(home: Home) -> None:
    home.prepare.execute(ALICE)
    assert view(home) != EMPTY_VIEW
    assert (ids(home), view(home).floor, view(home).mark) == ([], 0, 0)


def test_a_timeline_of_exactly_its_capacity_is_complete(home: Home) -> None:
    home.publish("bob", CAPACITY)
    home.follow("bob")
    home.prepare.execute(ALICE)
    assert ids(home) == [tweet.id for tweet in home.naive()]
    assert view(home).floor == 0


def test_a_rebuild_beyond_the_capacity_keeps_the_newest_tweets(home: Home) -> None:
    home.follow("bob", "carol")
    for _ in range(CAPACITY):
        home.publish("bob")
        home.publish("carol")
    home.prepare.execute(ALICE)
    newest = [tweet.id for tweet in home.naive()[:CAPACITY]]
    assert ids(home) == newest
    assert view(home).floor == newest[-1]


def test_the_log_of_a_new_followee_is_merged(home: Home) -> None:
    home.publish("carol")
    home.follow("bob")
    home.publish("bob")
    home.prepare.execute(ALICE)
    home.follow("carol")
    home.prepare.execute(ALICE)
    assert ids(home) == [tweet.id for tweet in home.naive()]
    assert view(home).mark == home.graph.followees(ALICE).newest_follow_id


def test_only_the_logs_of_new_followees_are_read(home: Home) -> None:
    home.follow("bob")
    home.prepare.execute(ALICE)
    home.publish("bob")
    home.follow("carol")
    by_carol = home.publish("carol")
    home.prepare.execute(ALICE)
    assert ids(home) == [tweet.id for tweet in by_carol], "bob's tweet is still unpushed, so it is not in the timeline"


def test_a_followee_with_a_long_log_raises_the_floor(home: Home) -> None:
    home.follow("bob")
    home.publish("bob", 3)
    home.prepare.execute(ALICE)
    home.publish("carol", CAPACITY + 1)
    home.follow("carol")
    home.prepare.execute(ALICE)
    newest = [tweet.id for tweet in home.naive()[:CAPACITY]]
    assert ids(home) == newest
    assert view(home).floor == newest[-1]
