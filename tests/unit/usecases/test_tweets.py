"""Get and delete a tweet."""

import pytest

from domain.errors import NotYourTweet, TweetNotFound
from domain.tweet import Tweet
from domain.tweet_id import MAX_TWEET_ID
from infrastructure.memory.events import MemoryAnnouncements
from infrastructure.memory.tweets import MemoryTweets
from infrastructure.memory.write_allowance import Unlimited
from usecases.delete_tweet import DeleteTweet, DeleteTweetRequest
from usecases.get_tweet import GetTweet
from usecases.publish_tweet import NEVER_PULLED


@pytest.fixture
def tweet(tweets: MemoryTweets) -> Tweet:
    return tweets.publish("alice", "hello", pull_from=NEVER_PULLED).tweet


def test_a_tweet_is_found_by_its_id(tweets: MemoryTweets, tweet: Tweet) -> None:
    assert GetTweet(tweets).execute(tweet.id) == tweet


@pytest.mark.parametrize("tweet_id", [0, 1, -1, MAX_TWEET_ID])
@pytest.mark.usefixtures("tweet")
def test_a_tweet_that_was_never_published_is_not_found(tweets: MemoryTweets, tweet_id: int) -> None:
    with pytest.raises(TweetNotFound):
        GetTweet(tweets).execute(tweet_id)
    with pytest.raises(TweetNotFound):
        DeleteTweet(tweets, MemoryAnnouncements(10), Unlimited()).execute(DeleteTweetRequest("alice", tweet_id))


def test_a_deleted_tweet_is_gone_everywhere(tweets: MemoryTweets, tweet: Tweet) -> None:
    DeleteTweet(tweets, MemoryAnnouncements(10), Unlimited()).execute(DeleteTweetRequest("alice", tweet.id))
    with pytest.raises(TweetNotFound):
        GetTweet(tweets).execute(tweet.id)
    assert tweets.count("alice") == 0
    assert list(tweets.newest(["alice"], 0, MAX_TWEET_ID, 10)) == []
    assert list(tweets.unpushed({"alice"}, 0, MAX_TWEET_ID, 10)) == []


def test_only_the_author_can_delete_a_tweet(tweets: MemoryTweets, tweet: Tweet) -> None:
    with pytest.raises(NotYourTweet):
        DeleteTweet(tweets, MemoryAnnouncements(10), Unlimited()).execute(DeleteTweetRequest("bob", tweet.id))
    assert tweets.get(tweet.id) == tweet


def test_a_second_deletion_does_not_find_the_tweet(tweets: MemoryTweets, tweet: Tweet) -> None:
    tweets.delete(tweet.id)
    with pytest.raises(TweetNotFound):
        DeleteTweet(tweets, MemoryAnnouncements(10), Unlimited()).execute(DeleteTweetRequest("bob", tweet.id))


class _DeletedInBetween:
    """A store in which another request deletes the tweet between `get` and `delete`."""

    def get(self, tweet_id: int) -> Tweet:
        return Tweet(tweet_id, "alice", "hello")

    def delete(self, _tweet_id: int) -> bool:
        return False


def test_the_second_of_two_concurrent_deletions_is_not_found() -> None:
    with pytest.raises(TweetNotFound):
        DeleteTweet(_DeletedInBetween(), MemoryAnnouncements(10), Unlimited()).execute(DeleteTweetRequest("alice", 1))
