from collections.abc import Sequence

import pytest

from domain.delivery import Delivery
from domain.events import DeliveryFailed, Event, SlicePushed, TweetDeadLettered, TweetPushed
from domain.tweet_id import MAX_TWEET_ID
from infrastructure.memory.stores import MemoryStores
from tests.fakes.clock import ManualClock
from tests.unit.usecases.conftest import MAX_ATTEMPTS
from usecases.deliver_tweet import DeliverTweet, Timelines
from usecases.publish_tweet import NEVER_PULLED

SLICE = 3
AUTHOR = "alice"


class FanOut:
    """One tweet and its delivery to the followers."""

    def __init__(self, stores: MemoryStores, clock: ManualClock) -> None:
        self.stores = stores
        self.clock = clock
        self.events: list[Event] = []
        self.deliver = self.delivering_to(stores.timelines)
        self.tweet_id = stores.tweets.publish(AUTHOR, "hello", pull_from=NEVER_PULLED).tweet.id
        self.start = Delivery(self.tweet_id, AUTHOR)

    def delivering_to(self, timelines: Timelines) -> DeliverTweet:
        outbox, graph = self.stores.outbox, self.stores.graph
        return DeliverTweet(outbox, graph, timelines, self.clock.now_ms, self.events.append, slice_size=SLICE)

    def add_followers(self, *followers: str) -> None:
        """Adds followers who have a timeline because they have read before."""
        graph, timelines = self.stores.graph, self.stores.timelines
        for follower in followers:
            graph.follow(follower, AUTHOR)
            generation = timelines.install(follower).generation
            timelines.merge(follower, generation, [], floor=0, mark=graph.followees(follower).newest_follow_id)

    def receivers_among(self, followers: Sequence[str]) -> list[str]:
        view = self.stores.timelines.view
        return [name for name in followers if self.tweet_id in view(name, 0, MAX_TWEET_ID, 10).ids]

    def is_unpushed(self) -> bool:
        return self.tweet_id in self.stores.tweets.unpushed({AUTHOR}, 0, MAX_TWEET_ID, 10)

    def run(self) -> int:
        """Runs all slices and returns their number."""
        left: Delivery | None = self.start
        slices = 0
        while left is not None:
            left = self.deliver.execute(left)
            slices += 1
        return slices


@pytest.fixture
def fan_out(stores: MemoryStores, clock: ManualClock) -> FanOut:
    return FanOut(stores, clock)


def named(count: int) -> list[str]:
    return [f"user{at}" for at in range(count)]


def test_a_tweet_without_followers_is_pushed_in_one_step(fan_out: FanOut) -> None:
    assert fan_out.run() == 1
    assert not fan_out.is_unpushed()
    assert fan_out.events == [TweetPushed(fan_out.tweet_id, 0.0)]


@pytest.mark.parametrize("count", [1, SLICE - 1, SLICE, SLICE + 1, 3 * SLICE])
def test_every_follower_receives_the_tweet(fan_out: FanOut, count: int) -> None:
    fan_out.add_followers(*named(count))
    slices = fan_out.run()
    assert fan_out.receivers_among(named(count)) == named(count)
    assert not fan_out.is_unpushed()
    assert count // SLICE <= slices <= count // SLICE + 1
    assert sum(event.timelines for event in fan_out.events if isinstance(event, SlicePushed)) == count


def test_a_tweet_is_unpushed_until_its_last_slice(fan_out: FanOut) -> None:
    fan_out.add_followers(*named(SLICE + 1))
    left = fan_out.deliver.execute(fan_out.start)
    assert left is not None
    assert fan_out.receivers_among(named(SLICE + 1)) == named(SLICE)
    assert fan_out.is_unpushed()
    assert fan_out.deliver.execute(left) is None
    assert not fan_out.is_unpushed()


def test_a_repeated_delivery_changes_nothing_and_is_reported_once(fan_out: FanOut) -> None:
    fan_out.add_followers(*named(SLICE + 1))
    fan_out.deliver.execute(fan_out.start)
    fan_out.run()
    fan_out.run()
    for follower in named(SLICE + 1):
        assert list(fan_out.stores.timelines.view(follower, 0, MAX_TWEET_ID, 10).ids) == [fan_out.tweet_id]
    assert fan_out.events.count(TweetPushed(fan_out.tweet_id, 0.0)) == 1


def test_unfollows_between_two_slices_skip_no_follower(fan_out: FanOut) -> None:
    fan_out.add_followers(*named(2 * SLICE))
    left = fan_out.deliver.execute(fan_out.start)
    assert left is not None
    for gone in named(SLICE):
        fan_out.stores.graph.unfollow(gone, AUTHOR)
    assert fan_out.deliver.execute(left) is not None
    assert fan_out.receivers_among(named(2 * SLICE)) == named(2 * SLICE)


def test_a_follower_who_joins_between_two_slices_receives_the_tweet(fan_out: FanOut) -> None:
    fan_out.add_followers(*named(SLICE))
    left = fan_out.deliver.execute(fan_out.start)
    assert left is not None
    fan_out.add_followers("late")
    fan_out.deliver.execute(left)
    assert fan_out.receivers_among(["late"]) == ["late"]


def test_a_push_skips_strangers_and_followers_without_a_timeline(fan_out: FanOut) -> None:
    fan_out.add_followers("stranger")
    fan_out.stores.graph.unfollow("stranger", AUTHOR)
    fan_out.stores.graph.follow("never_read", AUTHOR)
    fan_out.run()
    assert fan_out.receivers_among(["stranger", "never_read", AUTHOR]) == []


def test_a_deleted_tweet_is_not_pushed_and_causes_no_event(fan_out: FanOut) -> None:
    fan_out.add_followers(*named(SLICE + 1))
    fan_out.stores.tweets.delete(fan_out.tweet_id)
    assert fan_out.run() == 1
    assert fan_out.receivers_among(named(SLICE + 1)) == []
    assert fan_out.events == []


def test_a_push_reports_its_duration_which_is_never_negative(fan_out: FanOut) -> None:
    fan_out.clock.advance(2500)
    fan_out.run()
    assert fan_out.events == [TweetPushed(fan_out.tweet_id, 2.5)]
    later = FanOut(fan_out.stores, fan_out.clock)
    fan_out.clock.set_back(60_000)
    later.run()
    assert later.events == [TweetPushed(later.tweet_id, 0.0)]


class Broken:
    """Timelines that are unavailable."""

    def push(self, tweet_id: int, user_ids: Sequence[str]) -> int:
        raise ConnectionError(f"{tweet_id} for {len(user_ids)} followers")


def test_a_failed_slice_is_reported_and_left_to_the_outbox(fan_out: FanOut) -> None:
    fan_out.stores.graph.follow("bob", AUTHOR)
    assert fan_out.delivering_to(Broken()).execute(fan_out.start) is None
    [failed] = fan_out.events
    assert isinstance(failed, DeliveryFailed)
    assert (failed.attempts, failed.error) == (1, f"ConnectionError: {fan_out.tweet_id} for 1 followers")
    assert fan_out.is_unpushed()


def test_the_last_failed_attempt_makes_a_dead_letter_that_stays_visible(fan_out: FanOut) -> None:
    fan_out.stores.graph.follow("bob", AUTHOR)
    broken = fan_out.delivering_to(Broken())
    for _ in range(MAX_ATTEMPTS + 1):
        broken.execute(fan_out.start)
    assert [type(event) for event in fan_out.events] == [DeliveryFailed] * (MAX_ATTEMPTS - 1) + [TweetDeadLettered]
    assert fan_out.is_unpushed()


def test_a_retry_resumes_after_the_last_pushed_slice(fan_out: FanOut) -> None:
    fan_out.add_followers(*named(SLICE + 1))
    left = fan_out.deliver.execute(fan_out.start)
    assert left is not None
    fan_out.delivering_to(Broken()).execute(left)
    fan_out.clock.advance(60_000)
    assert fan_out.stores.outbox.due(10) == [left]


class Deleting:
    """Timelines that delete the tweet during its push."""

    def __init__(self, stores: MemoryStores) -> None:
        self._tweets = stores.tweets
        self.pushed_to: Sequence[str] = ()

    def push(self, tweet_id: int, user_ids: Sequence[str]) -> int:
        assert self._tweets.delete(tweet_id)
        self.pushed_to = user_ids
        return 0


def test_a_tweet_may_be_deleted_while_it_is_pushed(fan_out: FanOut) -> None:
    fan_out.stores.graph.follow("bob", AUTHOR)
    deleting = Deleting(fan_out.stores)
    assert fan_out.delivering_to(deleting).execute(fan_out.start) is None
    assert list(deleting.pushed_to) == ["bob"]
    assert not fan_out.is_unpushed()
    assert fan_out.events == [SlicePushed(0)]


def test_a_delivery_for_another_author_does_nothing(fan_out: FanOut) -> None:
    fan_out.add_followers("bob")
    assert fan_out.deliver.execute(Delivery(fan_out.tweet_id, "mallory")) is None
    assert fan_out.is_unpushed()
    assert fan_out.events == []
    fan_out.run()
    assert fan_out.receivers_among(["bob"]) == ["bob"]
