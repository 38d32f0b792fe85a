from collections.abc import Sequence

import pytest

from app.testing import ManualClock
from domain.delivery import Delivery
from domain.events import DeliveryFailed, Event, SlicePushed, TweetDeadLettered, TweetPushed
from domain.tweet_id import MAX_TWEET_ID
from infrastructure.memory.stores import MemoryStores
from tests.unit.usecases.conftest import MAX_ATTEMPTS
from usecases.deliver_tweet import DeliverTweet, Timelines

SLICE = 3
AUTHOR = "alice"


class Fanned:
    """One tweet on its way to its followers."""

    def __init__(self, stores: MemoryStores, clock: ManualClock) -> None:
        self.stores = stores
        self.clock = clock
        self.told: list[Event] = []
        self.deliver = self.delivering_to(stores.timelines)
        self.tweet_id = stores.tweets.publish(AUTHOR, "hello", pulled=False).tweet.id
        self.start = Delivery(self.tweet_id, AUTHOR)

    def delivering_to(self, timelines: Timelines) -> DeliverTweet:
        stores = self.stores
        return DeliverTweet(
            stores.outbox, stores.graph, timelines, self.clock.now_ms, self.told.append, slice_size=SLICE
        )

    def add_followers(self, *followers: str) -> None:
        """Followers who have read before, so that their timelines are there."""
        graph, timelines = self.stores.graph, self.stores.timelines
        for follower in followers:
            graph.follow(follower, AUTHOR)
            generation, _ = timelines.install(follower)
            timelines.merge(follower, generation, [], floor=0, mark=graph.followees(follower).newest_follow_id)

    def have_it(self, followers: Sequence[str]) -> list[str]:
        view = self.stores.timelines.view
        return [name for name in followers if self.tweet_id in view(name, 0, MAX_TWEET_ID, 10).ids]

    def is_unpushed(self) -> bool:
        return self.tweet_id in self.stores.tweets.unpushed({AUTHOR}, 0, MAX_TWEET_ID, 10)

    def run(self) -> int:
        """Runs all slices; returns how many those were."""
        left: Delivery | None = self.start
        slices = 0
        while left is not None:
            left = self.deliver.execute(left)
            slices += 1
        return slices


@pytest.fixture
def fanned(stores: MemoryStores, clock: ManualClock) -> Fanned:
    return Fanned(stores, clock)


def named(count: int) -> list[str]:
    return [f"user{at}" for at in range(count)]


def test_without_followers_a_tweet_is_pushed_at_once(fanned: Fanned) -> None:
    assert fanned.run() == 1
    assert not fanned.is_unpushed()
    assert fanned.told == [TweetPushed(fanned.tweet_id, 0.0)]


@pytest.mark.parametrize("count", [1, SLICE - 1, SLICE, SLICE + 1, 3 * SLICE])
def test_every_follower_gets_it(fanned: Fanned, count: int) -> None:
    fanned.add_followers(*named(count))
    slices = fanned.run()
    assert fanned.have_it(named(count)) == named(count)
    assert not fanned.is_unpushed()
    assert count // SLICE <= slices <= count // SLICE + 1
    assert sum(event.timelines for event in fanned.told if isinstance(event, SlicePushed)) == count


def test_it_stays_unpushed_until_the_last_slice(fanned: Fanned) -> None:
    fanned.add_followers(*named(SLICE + 1))
    left = fanned.deliver.execute(fanned.start)
    assert left is not None
    assert fanned.have_it(named(SLICE + 1)) == named(SLICE)
    assert fanned.is_unpushed()
    assert fanned.deliver.execute(left) is None
    assert not fanned.is_unpushed()


def test_slices_and_deliveries_may_be_repeated_and_are_told_once(fanned: Fanned) -> None:
    fanned.add_followers(*named(SLICE + 1))
    fanned.deliver.execute(fanned.start)
    fanned.run()
    fanned.run()
    for follower in named(SLICE + 1):
        assert list(fanned.stores.timelines.view(follower, 0, MAX_TWEET_ID, 10).ids) == [fanned.tweet_id]
    assert fanned.told.count(TweetPushed(fanned.tweet_id, 0.0)) == 1


def test_unfollows_between_two_slices_make_nobody_miss_it(fanned: Fanned) -> None:
    fanned.add_followers(*named(2 * SLICE))
    left = fanned.deliver.execute(fanned.start)
    assert left is not None
    for gone in named(SLICE):
        fanned.stores.graph.unfollow(gone, AUTHOR)
    assert fanned.deliver.execute(left) is not None
    assert fanned.have_it(named(2 * SLICE)) == named(2 * SLICE)


def test_a_new_follower_between_two_slices_gets_it_too(fanned: Fanned) -> None:
    fanned.add_followers(*named(SLICE))
    left = fanned.deliver.execute(fanned.start)
    assert left is not None
    fanned.add_followers("late")
    fanned.deliver.execute(left)
    assert fanned.have_it(["late"]) == ["late"]


def test_a_user_who_does_not_follow_or_never_read_gets_nothing(fanned: Fanned) -> None:
    fanned.add_followers("stranger")
    fanned.stores.graph.unfollow("stranger", AUTHOR)
    fanned.stores.graph.follow("never_read", AUTHOR)
    fanned.run()
    assert fanned.have_it(["stranger", "never_read", AUTHOR]) == []


def test_a_deleted_tweet_is_not_pushed_and_nothing_is_told(fanned: Fanned) -> None:
    fanned.add_followers(*named(SLICE + 1))
    fanned.stores.tweets.delete(fanned.tweet_id)
    assert fanned.run() == 1
    assert fanned.have_it(named(SLICE + 1)) == []
    assert fanned.told == []


def test_a_push_tells_how_long_it_took_and_never_less_than_no_time(fanned: Fanned) -> None:
    fanned.clock.advance(2500)
    fanned.run()
    assert fanned.told == [TweetPushed(fanned.tweet_id, 2.5)]
    later = Fanned(fanned.stores, fanned.clock)
    fanned.clock.set_back(60_000)
    later.run()
    assert later.told == [TweetPushed(later.tweet_id, 0.0)]


class Broken:
    """Timelines that do not answer."""

    def push(self, tweet_id: int, user_ids: Sequence[str]) -> int:
        raise ConnectionError(f"{tweet_id} for {len(user_ids)} followers")


def test_a_slice_that_fails_is_written_down_and_left_to_the_outbox(fanned: Fanned) -> None:
    fanned.stores.graph.follow("bob", AUTHOR)
    assert fanned.delivering_to(Broken()).execute(fanned.start) is None
    [failed] = fanned.told
    assert isinstance(failed, DeliveryFailed)
    assert (failed.attempts, failed.error) == (1, f"ConnectionError: {fanned.tweet_id} for 1 followers")
    assert fanned.is_unpushed()


def test_the_last_attempt_makes_a_dead_letter_that_readers_still_see(fanned: Fanned) -> None:
    fanned.stores.graph.follow("bob", AUTHOR)
    broken = fanned.delivering_to(Broken())
    for _ in range(MAX_ATTEMPTS + 1):
        broken.execute(fanned.start)
    assert [type(event) for event in fanned.told] == [DeliveryFailed] * (MAX_ATTEMPTS - 1) + [TweetDeadLettered]
    assert fanned.is_unpushed()


def test_a_retry_goes_on_after_the_last_slice_that_was_pushed(fanned: Fanned) -> None:
    fanned.add_followers(*named(SLICE + 1))
    left = fanned.deliver.execute(fanned.start)
    assert left is not None
    fanned.delivering_to(Broken()).execute(left)
    fanned.clock.advance(60_000)
    assert fanned.stores.outbox.due(10) == [left]


class Deleting:
    """Timelines during whose push the tweet is deleted."""

    def __init__(self, stores: MemoryStores) -> None:
        self._tweets = stores.tweets
        self.pushed_to: Sequence[str] = ()

    def push(self, tweet_id: int, user_ids: Sequence[str]) -> int:
        assert self._tweets.delete(tweet_id)
        self.pushed_to = user_ids
        return 0


def test_a_tweet_may_be_deleted_while_it_is_pushed(fanned: Fanned) -> None:
    fanned.stores.graph.follow("bob", AUTHOR)
    deleting = Deleting(fanned.stores)
    assert fanned.delivering_to(deleting).execute(fanned.start) is None
    assert list(deleting.pushed_to) == ["bob"]
    assert not fanned.is_unpushed()
    assert fanned.told == [SlicePushed(0)]
