import pytest

from app.compose.ports import Tweets
from app.testing import ManualClock
from domain.tweet import Tweet
from tests.contracts.limits import ALL, NEWEST


def publish(tweets: Tweets, author: str = "alice", *, pulled: bool = False) -> Tweet:
    return tweets.publish(author, "hello", pulled=pulled, key=None).tweet


def test_a_published_tweet_is_there(tweets: Tweets, clock: ManualClock) -> None:
    tweet = tweets.publish("alice", "hello", pulled=False, key=None).tweet
    assert (tweet.author_id, tweet.text, tweet.created_at_ms) == ("alice", "hello", clock.now_ms())
    assert tweets.get(tweet.id) == tweet
    assert tweets.get_many([tweet.id]) == [tweet]
    assert list(tweets.newest(["alice"], 0, NEWEST, ALL)) == [tweet.id]
    assert tweets.count("alice") == 1


@pytest.mark.parametrize(
    "text", ["two\nlines", "\"'\\%s{}", "éß字", "😀" * 280, "\u202e\u0301", "\x01\x7f", "a" * 4000]
)
def test_text_comes_back_as_it_was(tweets: Tweets, text: str) -> None:
    tweet = tweets.publish("alice", text, pulled=False, key=None).tweet
    stored = tweets.get(tweet.id)
    assert stored is not None
    assert stored.text == text


def test_many_are_given_in_the_order_asked_for_with_gaps(tweets: Tweets) -> None:
    first, second = publish(tweets), publish(tweets, "bob")
    asked = [second.id, 17, first.id, second.id]
    assert tweets.get_many(asked) == [second, None, first, second]
    assert tweets.get_many(iter(asked)) == [second, None, first, second]
    assert tweets.get_many([]) == []


@pytest.mark.parametrize("tweet_id", [0, 1, -1, NEWEST])
def test_what_was_never_published_is_not_there(tweets: Tweets, tweet_id: int) -> None:
    publish(tweets)
    assert tweets.get(tweet_id) is None
    assert tweets.get_many([tweet_id]) == [None]
    assert tweets.delete(tweet_id) is False
    assert tweets.count("alice") == 1


def test_ids_increase_whoever_publishes_and_whatever_the_clock_does(tweets: Tweets, clock: ManualClock) -> None:
    ids = [publish(tweets).id]
    for author in ("bob", "alice", "bob"):
        ids.append(publish(tweets, author).id)
        clock.set_back(60_000)
    clock.advance(1)
    ids.append(publish(tweets).id)
    assert ids == sorted(set(ids))


def test_the_frontier_covers_what_was_published(tweets: Tweets) -> None:
    assert tweets.frontier() == 0
    assert publish(tweets).id <= tweets.frontier()
    assert publish(tweets, "bob", pulled=True).id <= tweets.frontier()


def test_an_id_is_never_given_out_again(tweets: Tweets) -> None:
    doomed = publish(tweets)
    frontier = tweets.frontier()
    tweets.delete(doomed.id)
    assert tweets.frontier() >= frontier
    assert publish(tweets).id > frontier


def test_a_deleted_tweet_is_nowhere(tweets: Tweets) -> None:
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


def test_who_never_published_counts_0(tweets: Tweets) -> None:
    publish(tweets, "Alice")
    assert tweets.count("alice") == 0
