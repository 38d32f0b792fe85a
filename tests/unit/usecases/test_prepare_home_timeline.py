from domain.timeline import EMPTY_VIEW, TimelineView
from domain.tweet_id import MAX_TWEET_ID
from tests.unit.usecases.conftest import CAPACITY
from tests.unit.usecases.home import ALICE, Home


def view(home: Home) -> TimelineView:
    return home.timelines.view(ALICE, 0, MAX_TWEET_ID, CAPACITY + 1)


def ids(home: Home) -> list[int]:
    return list(view(home).ids)


def test_a_rebuilt_timeline_holds_what_all_followees_published(home: Home) -> None:
    home.publish("bob", 2)
    home.publish("carol", 2, pulled=True)
    home.publish("stranger")
    home.follow("bob", "carol")
    home.prepare.execute(ALICE)
    assert ids(home) == [tweet.id for tweet in home.naive()]
    assert (view(home).floor, view(home).mark) == (0, home.graph.followees(ALICE).newest_follow_id)


def test_who_follows_nobody_gets_a_complete_timeline_with_nothing_in_it(home: Home) -> None:
    home.prepare.execute(ALICE)
    assert view(home) != EMPTY_VIEW
    assert (ids(home), view(home).floor, view(home).mark) == ([], 0, 0)


def test_exactly_the_capacity_is_complete_from_the_first_tweet_on(home: Home) -> None:
    home.publish("bob", CAPACITY)
    home.follow("bob")
    home.prepare.execute(ALICE)
    assert ids(home) == [tweet.id for tweet in home.naive()]
    assert view(home).floor == 0


def test_of_more_than_the_capacity_the_newest_are_kept(home: Home) -> None:
    home.follow("bob", "carol")
    for _ in range(CAPACITY):
        home.publish("bob")
        home.publish("carol")
    home.prepare.execute(ALICE)
    newest = [tweet.id for tweet in home.naive()[:CAPACITY]]
    assert ids(home) == newest
    assert view(home).floor == newest[-1]


def test_a_timeline_is_merged_with_those_followed_since(home: Home) -> None:
    home.publish("carol")
    home.follow("bob")
    home.publish("bob")
    home.prepare.execute(ALICE)
    home.follow("carol")
    home.prepare.execute(ALICE)
    assert ids(home) == [tweet.id for tweet in home.naive()]
    assert view(home).mark == home.graph.followees(ALICE).newest_follow_id


def test_only_the_logs_of_those_followed_since_are_read(home: Home) -> None:
    home.follow("bob")
    home.prepare.execute(ALICE)
    home.publish("bob")
    home.follow("carol")
    by_carol = home.publish("carol")
    home.prepare.execute(ALICE)
    assert ids(home) == [tweet.id for tweet in by_carol], "bob's tweet is unpushed, and not in the timeline yet"


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
