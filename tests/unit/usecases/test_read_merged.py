"""What a read of a home timeline had to merge."""

from tests.unit.usecases.conftest import CAPACITY
from tests.unit.usecases.home import ALICE, Home


def merged(home: Home, *, limit: int = 100, include_self: bool = False, since_id: int = 0) -> list[str]:
    """What it tells of a read."""
    home.told.clear()
    home.page(limit, include_self=include_self, since_id=since_id)
    return home.merged()


def test_who_follows_nobody_has_nothing_to_merge(home: Home) -> None:
    assert merged(home) == ["timeline"]


def test_a_rebuild_is_not_the_reads_own_merge(home: Home) -> None:
    home.follow("bob")
    home.publish("bob", 3)
    home.deliver()
    assert merged(home) == ["timeline"]
    assert merged(home) == ["timeline"]


def test_a_follow_that_is_caught_up_is_not_either(home: Home) -> None:
    home.follow("bob")
    merged(home)
    home.publish("carol")
    home.deliver()
    home.follow("carol")
    assert merged(home) == ["timeline"]


def test_unpushed_tweets_of_followees_are_merged(home: Home) -> None:
    home.follow("bob")
    merged(home)
    home.publish("carol")
    assert merged(home) == ["timeline"]
    home.publish("bob")
    assert merged(home) == ["unpushed"]
    home.deliver()
    assert merged(home) == ["timeline"]


def test_pulled_tweets_are_unpushed_ones(home: Home) -> None:
    home.follow("bob")
    home.publish("bob", pulled=True)
    assert merged(home) == ["unpushed"]


def test_a_poll_that_finds_nothing_new_merges_nothing_unpushed(home: Home) -> None:
    home.follow("bob")
    newest = home.publish("bob")[0]
    assert merged(home, since_id=newest.id) == ["timeline"]
    assert merged(home, since_id=newest.id - 1) == ["unpushed"]


def test_ones_own_tweets_are_in_the_log_alone(home: Home) -> None:
    home.follow("bob")
    assert merged(home, include_self=True) == ["logs"]


def test_logs_are_merged_below_the_floor_and_cost_more_than_unpushed(home: Home) -> None:
    home.follow("bob")
    home.publish("bob", CAPACITY + 5)
    home.deliver()
    assert merged(home, limit=5) == ["timeline"]
    assert merged(home) == ["logs"]
    home.publish("bob")
    assert merged(home, limit=5) == ["unpushed"]
    assert merged(home) == ["logs"]


def test_every_page_is_a_read(home: Home) -> None:
    home.follow("bob")
    home.publish("bob", 5)
    home.deliver()
    home.walk(2)
    assert home.merged() == ["timeline"] * 3


def test_a_later_look_of_the_same_read_does_not_make_it_cheaper(home: Home) -> None:
    """The first look finds what is unpushed and deleted below it; the next look finds the timeline alone."""
    home.follow("bob")
    doomed = home.publish("bob", 4)
    home.deliver()
    merged(home)
    home.publish("bob")
    for tweet in doomed[:3]:
        home.tweets.delete(tweet.id)
    assert merged(home, limit=1) == ["unpushed"]


def test_a_read_during_which_the_follows_change_is_one_read_of_the_logs(home: Home) -> None:
    home.follow("bob")
    home.read._prepare = _FollowingMeanwhile(home)
    assert merged(home) == ["logs"]
    assert home.graph.followees(ALICE).newest_follow_id == 2


class _FollowingMeanwhile:
    def __init__(self, home: Home) -> None:
        self._home = home

    def execute(self, user_id: str) -> None:
        self._home.prepare.execute(user_id)
        self._home.follow("carol")
