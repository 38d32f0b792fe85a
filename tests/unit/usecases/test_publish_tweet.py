from dataclasses import replace

import pytest

from domain.errors import InvalidInput, RateLimited
from domain.events import Event, TweetCreated, TweetPublished
from domain.tweet_id import MAX_TWEET_ID
from infrastructure.events.taken import Taken
from infrastructure.memory.stores import MemoryStores
from infrastructure.memory.write_allowance import FixedWindowAllowance, Rate, Unlimited
from tests.contracts.racing import RACERS, race
from tests.fakes.clock import ManualClock
from tests.fakes.strand import Strand, stepped
from usecases.allowance import AllowanceLeft
from usecases.publish_tweet import PublishedTweet, PublishTweet, PublishTweetRequest

THRESHOLD = 3
HELLO = PublishTweetRequest("alice", "hello")
LIMIT = 2


class Publisher:
    """The use case with its stores, events and announcements."""

    def __init__(self, stores: MemoryStores, allowance: Unlimited | FixedWindowAllowance, threshold: int) -> None:
        self.stores = stores
        self.events: list[Event] = []
        self.announced: list[int] = []
        self.use_case = PublishTweet(
            stores.tweets,
            stores.events,
            self,
            allowance,
            self.events.append,
            text_max_length=10,
            pull_followers_threshold=threshold,
        )

    def announce(self, tweet_id: int, author_id: str) -> None:
        assert self.stores.tweets.count(author_id), "a tweet must be readable when it is announced"
        self.announced.append(tweet_id)

    def publish(self, text: str = "hello", key: str | None = None) -> PublishedTweet:
        return self.use_case.execute(PublishTweetRequest("alice", text, key))

    def unpushed(self) -> list[int]:
        return list(self.stores.tweets.unpushed({"alice"}, 0, MAX_TWEET_ID, 10))

    def hinted(self) -> list[int]:
        events = self.stores.events
        return [taken.event.tweet_id for taken in iter(lambda: events.take(0), None)]


@pytest.fixture
def publisher(stores: MemoryStores) -> Publisher:
    return Publisher(stores, Unlimited(), THRESHOLD)


@pytest.fixture
def limited(stores: MemoryStores, clock: ManualClock) -> Publisher:
    return Publisher(stores, FixedWindowAllowance(Rate(LIMIT, 60), clock.monotonic), THRESHOLD)


def test_a_tweet_is_stored_with_normalised_text(publisher: Publisher, clock: ManualClock) -> None:
    tweet = publisher.publish(" cafe\u0301 ").tweet
    assert (tweet.author_id, tweet.text, tweet.created_at_ms) == ("alice", "caf\u00e9", clock.now_ms())
    tweets = publisher.stores.tweets
    assert (tweets.get(tweet.id), tweets.count("alice"), tweets.frontier()) == (tweet, 1, tweet.id)


@pytest.mark.parametrize("text", ["", "  ", "a" * 11, "a\0b"])
def test_invalid_text_is_refused_without_any_effect(publisher: Publisher, text: str) -> None:
    with pytest.raises(InvalidInput):
        publisher.publish(text)
    assert publisher.stores.tweets.frontier() == 0
    assert (publisher.unpushed(), publisher.hinted(), publisher.announced, publisher.events) == ([], [], [], [])


def test_a_tweet_is_unpushed_hinted_announced_and_reported_once(publisher: Publisher) -> None:
    tweet_id = publisher.publish().tweet.id
    assert publisher.stores.events.take(0) == Taken(TweetCreated(tweet_id, "alice"))
    assert (publisher.unpushed(), publisher.hinted(), publisher.announced) == ([tweet_id], [], [tweet_id])
    assert publisher.events == [TweetPublished("push")]


@pytest.mark.parametrize(("followers", "pulled"), [(THRESHOLD - 1, False), (THRESHOLD, True), (THRESHOLD + 1, True)])
def test_a_tweet_is_pulled_from_the_threshold_on(publisher: Publisher, followers: int, *, pulled: bool) -> None:
    for follower in range(followers):
        publisher.stores.graph.follow(f"user{follower}", "alice")
    tweet_id = publisher.publish().tweet.id
    assert publisher.hinted() == ([] if pulled else [tweet_id])
    assert publisher.stores.outbox.counts().waiting == (0 if pulled else 1)
    assert (publisher.unpushed(), publisher.announced) == ([tweet_id], [tweet_id])
    assert publisher.events == [TweetPublished("pull" if pulled else "push")]


def test_a_threshold_of_0_pulls_every_tweet(stores: MemoryStores) -> None:
    publisher = Publisher(stores, Unlimited(), threshold=0)
    tweet_id = publisher.publish().tweet.id
    assert (publisher.unpushed(), publisher.hinted()) == ([tweet_id], [])


def test_a_replay_returns_the_same_tweet_and_has_no_effect(publisher: Publisher) -> None:
    first = publisher.publish(key="key")
    again = publisher.publish(key="key")
    assert (first.replayed, again) == (False, PublishedTweet(first.tweet, replayed=True, left=None))
    assert (publisher.hinted(), publisher.announced, len(publisher.events)) == ([first.tweet.id], [first.tweet.id], 1)


def test_a_reused_key_with_another_body_is_refused_even_if_it_normalises_to_the_same_text(publisher: Publisher) -> None:
    publisher.publish("hello", key="key")
    for text in ("hello ", "other"):
        with pytest.raises(InvalidInput, match="another body"):
            publisher.publish(text, key="key")


def test_a_failed_validation_does_not_use_up_the_key(publisher: Publisher) -> None:
    with pytest.raises(InvalidInput):
        publisher.publish(" ", key="key")
    assert not publisher.publish("hello", key="key").replayed


def test_each_write_returns_the_rest_of_the_limit_and_a_refused_one_stores_nothing(limited: Publisher) -> None:
    assert [limited.publish().left for _ in range(LIMIT)] == [AllowanceLeft(2, 1, 60), AllowanceLeft(2, 0, 60)]
    with pytest.raises(RateLimited):
        limited.publish()
    assert limited.stores.tweets.count("alice") == LIMIT


def test_a_replay_costs_no_write_and_a_refused_write_does_not_use_up_the_key(
    limited: Publisher, clock: ManualClock
) -> None:
    limited.publish(key="first")
    for _ in range(5):
        assert limited.publish(key="first").replayed
    limited.publish()
    with pytest.raises(RateLimited):
        limited.publish(key="second")
    clock.advance(60_000)
    assert not limited.publish(key="second").replayed


def test_requests_with_one_key_that_are_under_way_together_cost_one_write(
    stores: MemoryStores, clock: ManualClock
) -> None:
    allowance = FixedWindowAllowance(Rate(LIMIT, 60), clock.monotonic)
    limited = Publisher(replace(stores, tweets=stepped(stores.tweets, "tweets")), allowance, THRESHOLD)
    strands = [Strand(lambda: limited.publish(key="key")) for _ in range(LIMIT + 1)]
    for strand in strands:
        strand.run_to("tweets.publish")
    answers = [strand.finish() for strand in strands]
    assert [answer.replayed for answer in answers] == [False, True, True]
    assert allowance.spend("alice").writes == LIMIT - 2


def test_concurrent_requests_with_one_key_publish_one_tweet(publisher: Publisher) -> None:
    answers = race(*[lambda: publisher.publish(key="key")] * RACERS)
    assert len({answer.tweet.id for answer in answers}) == 1
    assert [answer.replayed for answer in answers].count(False) == 1
    assert len(publisher.events) == 1
