import pytest

from app.compose.ports import Tweets
from domain.tweet import Tweet
from tests.contracts.limits import ALL, NEWEST
from tests.fakes.clock import ManualClock
from usecases.publish_tweet import NEVER_PULLED


def publish(tweets: Tweets, author: str = "alice", *, pulled: bool = False) -> Tweet:
    return tweets.publish(author, "hello", pull_from=0 if pulled else NEVER_PULLED, key=None).tweet


def test_a_published_tweet_is_stored(tweets: Tweets, clock: ManualClock) -> None:
    tweet = tweets.publish("alice", "hello", pull_from=NEVER_PULLED, key=None).tweet
    assert (tweet.author_id, tweet.text, tweet.created_at_ms) == ("alice", "hello", clock.now_ms())
    assert tweets.get(tweet.id) == tweet
    assert tweets.get_many([tweet.id]) == [tweet]
    assert list(tweets.newest(["alice"], 0, NEWEST, ALL)) == [tweet.id]
    assert tweets.count("alice") == 1


@pytest.mark.parametrize(
    "text", ["two\nlines", "\"'\\%s{}", "éß字", "😀" * 280, "\u202e\u0301", "\x01\x7f", "a" * 4000]
)
def test_text_is_stored_unchanged(tweets: Tweets, text: str) -> None:
    tweet = tweets.publish("alice", text, pull_from=NEVER_PULLED, key=None).tweet
    stored = tweets.get(tweet.id)
    assert stored is not None
    assert stored.text == text


def test_get_many_keeps_the_requested_order_and_gaps(tweets: Tweets) -> None:
    first, second = publish(tweets), publish(tweets, "bob")
    asked = [second.id, 17, first.id, second.id]
    assert tweets.get_many(asked) == [second, None, first, second]
    assert tweets.get_many(iter(asked)) == [second, None, first, second]
    assert tweets.get_many([]) == []


@pytest.mark.parametrize("tweet_id", [0, 1, -1, NEWEST])
def test_an_unknown_tweet_does_not_exist(tweets: Tweets, tweet_id: int) -> None:
    publish(tweets)
    assert tweets.get(tweet_id) is None
    assert tweets.get_many([tweet_id]) == [None]
    assert tweets.delete(tweet_id) is False
    assert tweets.count("alice") == 1


def test_ids_increase_over_all_authors_and_when_the_clock_is_set_back(tweets: Tweets, clock: ManualClock) -> None:
    ids = [publish(tweets).id]
    for author in ("bob", "alice", "bob"):
        ids.append(publish(tweets, author).id)
        clock.set_back(60_000)
    clock.advance(1)
    ids.append(publish(tweets).id)
    assert ids == sorted(set(ids))


def test_the_frontier_covers_every_published_tweet(tweets: Tweets) -> None:
    assert tweets.frontier() == 0
    assert publish(tweets).id <= tweets.frontier()
    assert publish(tweets, "bob", pulled=True).id <= tweets.frontier()


def test_the_id_of_a_deleted_tweet_is_never_reused(tweets: Tweets) -> None:
    doomed = publish(tweets)
    frontier = tweets.frontier()
    tweets.delete(doomed.id)
    assert tweets.frontier() >= frontier
    assert publish(tweets).id > frontier


def test_a_deleted_tweet_is_removed_everywhere(tweets: Tweets) -> None:
    kept, doomed = publish(tweets), publish(tweets)
    assert tweets.delete(doomed.id) is True
    assert tweets.get(doomed.id) is None
    assert tweets.get_many([doomed.id, kept.id]) == [None, kept]
    assert list(tweets.newest(["alice"], 0, NEWEST, ALL)) == [kept.id]
    assert list(tweets.unpushed({"alice"}, 0, NEWEST, ALL)) == [kept.id]
    assert tweets.count("alice") == 1


def test_a_tweet_is_deleted_once(tweets: Tweets) -> None:
    tweet = publish(tweets)
    assert [tweets.delete(tweet.id), tweets.delete(tweet.id)] == [True, False]


def test_an_author_without_tweets_has_count_0(tweets: Tweets) -> None:
    publish(tweets, "Alice")
    assert tweets.count("alice") == 0
