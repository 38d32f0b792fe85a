import pytest

from app.testing import ManualClock
from domain.errors import InvalidInput, RateLimited
from domain.events import Event, TweetCreated, TweetPublished
from domain.tweet_id import MAX_TWEET_ID
from infrastructure.memory.stores import MemoryStores
from infrastructure.memory.write_allowance import FixedWindowAllowance, Rate, Unlimited
from tests.contracts.racing import RACERS, race
from usecases.allowance import AllowanceLeft
from usecases.publish_tweet import PublishedTweet, PublishTweet, PublishTweetRequest

THRESHOLD = 3
HELLO = PublishTweetRequest("alice", "hello")
LIMIT = 2


class Publisher:
    """The use case, with what it tells others."""

    def __init__(self, stores: MemoryStores, allowance: Unlimited | FixedWindowAllowance, threshold: int) -> None:
        self.stores = stores
        self.told: list[Event] = []
        self.announced: list[int] = []
        self.use_case = PublishTweet(
            stores.tweets,
            stores.graph,
            stores.events,
            self,
            allowance,
            self.told.append,
            text_max_length=10,
            pull_followers_threshold=threshold,
        )

    def announce(self, tweet_id: int, author_id: str) -> None:
        assert self.stores.tweets.count(author_id), "it is announced once it can be read"
        self.announced.append(tweet_id)

    def publish(self, text: str = "hello", key: str | None = None) -> PublishedTweet:
        return self.use_case.execute(PublishTweetRequest("alice", text, key))

    def unpushed(self) -> list[int]:
        return list(self.stores.tweets.unpushed({"alice"}, 0, MAX_TWEET_ID, 10))

    def hinted(self) -> list[int]:
        events = self.stores.events
        return [event.tweet_id for event in iter(lambda: events.take(0), None)]


@pytest.fixture
def publisher(stores: MemoryStores) -> Publisher:
    return Publisher(stores, Unlimited(), THRESHOLD)


@pytest.fixture
def limited(stores: MemoryStores, clock: ManualClock) -> Publisher:
    return Publisher(stores, FixedWindowAllowance(Rate(LIMIT, 60), clock.monotonic), THRESHOLD)


def test_a_tweet_is_stored_as_normalised(publisher: Publisher, clock: ManualClock) -> None:
    tweet = publisher.publish(" cafe\u0301 ").tweet
    assert (tweet.author_id, tweet.text, tweet.created_at_ms) == ("alice", "caf\u00e9", clock.now_ms())
    tweets = publisher.stores.tweets
    assert (tweets.get(tweet.id), tweets.count("alice"), tweets.frontier()) == (tweet, 1, tweet.id)


@pytest.mark.parametrize("text", ["", "  ", "a" * 11, "a\0b"])
def test_text_against_the_rules_stores_and_tells_nothing(publisher: Publisher, text: str) -> None:
    with pytest.raises(InvalidInput):
        publisher.publish(text)
    assert publisher.stores.tweets.frontier() == 0
    assert (publisher.unpushed(), publisher.hinted(), publisher.announced, publisher.told) == ([], [], [], [])


def test_a_tweet_is_unpushed_hinted_announced_and_told_once(publisher: Publisher) -> None:
    tweet_id = publisher.publish().tweet.id
    assert publisher.stores.events.take(0) == TweetCreated(tweet_id, "alice")
    assert (publisher.unpushed(), publisher.hinted(), publisher.announced) == ([tweet_id], [], [tweet_id])
    assert publisher.told == [TweetPublished("push")]


@pytest.mark.parametrize(("followers", "pulled"), [(THRESHOLD - 1, False), (THRESHOLD, True), (THRESHOLD + 1, True)])
def test_from_the_threshold_on_a_tweet_is_pulled(publisher: Publisher, followers: int, *, pulled: bool) -> None:
    for follower in range(followers):
        publisher.stores.graph.follow(f"user{follower}", "alice")
    tweet_id = publisher.publish().tweet.id
    assert publisher.hinted() == ([] if pulled else [tweet_id])
    assert publisher.stores.outbox.counts().waiting == (0 if pulled else 1)
    assert (publisher.unpushed(), publisher.announced) == ([tweet_id], [tweet_id])
    assert publisher.told == [TweetPublished("pull" if pulled else "push")]


def test_a_threshold_of_0_pulls_every_tweet(stores: MemoryStores) -> None:
    publisher = Publisher(stores, Unlimited(), threshold=0)
    tweet_id = publisher.publish().tweet.id
    assert (publisher.unpushed(), publisher.hinted()) == ([tweet_id], [])


def test_tweets_of_one_moment_are_ordered_as_they_were_published(publisher: Publisher) -> None:
    ids = [publisher.publish().tweet.id for _ in range(5)]
    assert ids == sorted(set(ids))


def test_a_repeat_under_a_key_answers_with_the_same_tweet_and_tells_nothing(publisher: Publisher) -> None:
    first = publisher.publish(key="key")
    again = publisher.publish(key="key")
    assert (first.replayed, again) == (False, PublishedTweet(first.tweet, replayed=True, left=None))
    assert (publisher.hinted(), publisher.announced, len(publisher.told)) == ([first.tweet.id], [first.tweet.id], 1)


def test_the_same_key_with_another_text_is_refused_even_one_that_normalises_to_the_same(publisher: Publisher) -> None:
    publisher.publish("hello", key="key")
    for text in ("hello ", "other"):
        with pytest.raises(InvalidInput, match="another body"):
            publisher.publish(text, key="key")


def test_a_failed_validation_does_not_use_the_key_up(publisher: Publisher) -> None:
    with pytest.raises(InvalidInput):
        publisher.publish(" ", key="key")
    assert not publisher.publish("hello", key="key").replayed


def test_each_write_says_what_is_left_and_a_refused_one_stores_nothing(limited: Publisher) -> None:
    assert [limited.publish().left for _ in range(LIMIT)] == [AllowanceLeft(2, 1, 60), AllowanceLeft(2, 0, 60)]
    with pytest.raises(RateLimited):
        limited.publish()
    assert limited.stores.tweets.count("alice") == LIMIT


def test_a_replay_costs_no_write_and_a_refused_write_does_not_use_the_key_up(
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


def test_of_twenty_at_once_one_publishes_and_all_get_its_tweet(publisher: Publisher) -> None:
    answers = race(*[lambda: publisher.publish(key="key")] * RACERS)
    assert len({answer.tweet.id for answer in answers}) == 1
    assert [answer.replayed for answer in answers].count(False) == 1
    assert len(publisher.told) == 1
