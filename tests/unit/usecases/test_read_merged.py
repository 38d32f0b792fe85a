"""A read reports the costliest source that it had to merge: timeline, unpushed or logs."""

from collections.abc import Iterable, Sequence

import pytest

from infrastructure.memory.stores import MemoryStores
from infrastructure.no_timelines import NoTimelines
from tests.unit.usecases.conftest import CAPACITY
from tests.unit.usecases.home import ALICE, Home


def merged(home: Home, *, limit: int = 100, include_self: bool = False, since_id: int = 0) -> list[str]:
    """Reads one page and returns the sources that it reported."""
    home.events.clear()
    home.page(limit, include_self=include_self, since_id=since_id)
    return home.merged()


def test_a_read_without_followees_merges_nothing(home: Home) -> None:
    assert merged(home) == ["timeline"]


def test_a_rebuild_is_not_counted_as_a_merge(home: Home) -> None:
    home.follow("bob")
    home.publish("bob", 3)
    home.deliver()
    assert merged(home) == ["timeline"]
    assert merged(home) == ["timeline"]


def test_merging_a_new_followee_is_not_counted_as_a_merge(home: Home) -> None:
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


def test_pulled_tweets_are_counted_as_unpushed(home: Home) -> None:
    home.follow("bob")
    home.publish("bob", pulled=True)
    assert merged(home) == ["unpushed"]


def test_a_poll_without_new_tweets_merges_nothing(home: Home) -> None:
    home.follow("bob")
    newest = home.publish("bob")[0]
    assert merged(home, since_id=newest.id) == ["timeline"]
    assert merged(home, since_id=newest.id - 1) == ["unpushed"]


def test_the_readers_own_tweets_are_merged_from_the_log(home: Home) -> None:
    home.follow("bob")
    assert merged(home, include_self=True) == ["logs"]


def test_logs_are_merged_below_the_floor_and_take_precedence_over_unpushed(home: Home) -> None:
    home.follow("bob")
    home.publish("bob", CAPACITY + 5)
    home.deliver()
    assert merged(home, limit=5) == ["timeline"]
    assert merged(home) == ["logs"]
    home.publish("bob")
    assert merged(home, limit=5) == ["unpushed"]
    assert merged(home) == ["logs"]


def test_every_page_reports_one_read(home: Home) -> None:
    home.follow("bob")
    home.publish("bob", 5)
    home.deliver()
    home.walk(2)
    assert home.merged() == ["timeline"] * 3


def test_a_read_reports_the_costliest_of_its_passes(home: Home) -> None:
    """The first pass merges an unpushed tweet and drops deleted ones; the next pass needs the timeline only."""
    home.follow("bob")
    doomed = home.publish("bob", 4)
    home.deliver()
    merged(home)
    home.publish("bob")
    for tweet in doomed[:3]:
        home.tweets.delete(tweet.id)
    assert merged(home, limit=1) == ["unpushed"]


def test_a_follow_during_a_read_is_reported_as_a_read_of_the_logs(home: Home) -> None:
    home.follow("bob")
    home.read._prepare = _FollowingDuringPrepare(home)
    assert merged(home) == ["logs"]
    assert home.graph.followees(ALICE).newest_follow_id == 2


class _FollowingDuringPrepare:
    def __init__(self, home: Home) -> None:
        self._home = home

    def execute(self, user_id: str) -> None:
        self._home.prepare.execute(user_id)
        self._home.follow("carol")


@pytest.mark.parametrize("include_self", [False, True])
def test_without_timelines_logs_are_asked_once_a_page(
    stores: MemoryStores, monkeypatch: pytest.MonkeyPatch, include_self: bool
) -> None:
    asked = []
    newest = stores.tweets.newest

    def counted(author_ids: Iterable[str], low: int, high: int, limit: int) -> Sequence[int]:
        asked.append((low, high))
        return newest(author_ids, low, high, limit)

    monkeypatch.setattr(stores.tweets, "newest", counted)
    home = Home(stores, CAPACITY, NoTimelines())
    home.follow("bob")
    home.publish("bob", 4)
    home.publish(ALICE, 2)
    pages = home.walk(2, include_self=include_self)
    assert [tweet for page in pages for tweet in page] == home.naive(include_self=include_self)
    assert len(asked) == len(pages)
