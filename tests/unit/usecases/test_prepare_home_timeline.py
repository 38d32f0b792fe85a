from collections.abc import Callable

from domain.timeline import EMPTY_VIEW, TimelineView
from domain.tweet_id import MAX_TWEET_ID
from domain.user import Followees
from tests.unit.usecases.conftest import CAPACITY
from tests.unit.usecases.home import ALICE, Home
from usecases.home_timeline.prepare import PrepareHomeTimeline


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


class _Follows:
    """A follow graph in which something happens just before a look at the followees."""

    def __init__(self, home: Home, happens: Callable[[], object]) -> None:
        self._graph = home.graph
        self._happens = happens

    def followees(self, user_id: str) -> Followees:
        self._happens()
        return self._graph.followees(user_id)


def prepare_while(home: Home, happens: Callable[[], object]) -> None:
    """Prepares alice's timeline; after the timeline was installed something happens."""
    graph = _Follows(home, happens)
    PrepareHomeTimeline(home.tweets, graph, home.timelines, capacity=CAPACITY).execute(ALICE)


def test_what_is_pushed_during_a_rebuild_is_kept(home: Home) -> None:
    home.follow("bob")
    home.publish("bob")
    prepare_while(home, home.deliver)
    assert ids(home) == [tweet.id for tweet in home.naive()]


def test_a_timeline_thrown_away_during_its_rebuild_stays_away(home: Home) -> None:
    home.follow("bob")
    home.publish("bob")
    prepare_while(home, lambda: home.timelines.discard(ALICE))
    assert view(home) == EMPTY_VIEW


def test_a_timeline_thrown_away_and_installed_anew_is_left_to_its_own_rebuild(home: Home) -> None:
    home.follow("bob")
    home.publish("bob")

    def throw_away_and_install() -> None:
        home.timelines.discard(ALICE)
        home.timelines.install(ALICE)

    prepare_while(home, throw_away_and_install)
    assert view(home) == EMPTY_VIEW
    home.prepare.execute(ALICE)
    assert ids(home) == [tweet.id for tweet in home.naive()]
