"""The cache of tweets rendered as JSON."""

import json
import tracemalloc

from domain.tweet import Tweet
from infrastructure.http.rendering import RENDERED_TWEETS_MAX, RenderedTweets


def text_of(rendered: RenderedTweets, tweet: Tweet) -> str:
    text: str = json.loads(rendered.render(tweet))["text"]
    return text


def test_caches_do_not_share_tweets_with_the_same_id() -> None:
    texts = ["of one application", "of another"]
    caches = [(RenderedTweets(), Tweet(1, "alice", text)) for text in texts]
    for _ in range(2):
        assert [text_of(*cache) for cache in caches] == texts


def test_the_cache_is_bounded() -> None:
    rendered = RenderedTweets(kept_max=10)
    tweets = [Tweet(number, "alice", f"tweet {number}") for number in range(25)]
    for _ in range(2):
        assert [text_of(rendered, tweet) for tweet in tweets] == [tweet.text for tweet in tweets]
        assert 0 < len(rendered) <= 10


def test_the_full_cache_takes_eight_mib() -> None:
    rendered = RenderedTweets()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for number in range(RENDERED_TWEETS_MAX):
            rendered.render(Tweet(number, "alice", "-" * 75))
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(rendered) == RENDERED_TWEETS_MAX
    assert after - before < 8 * 2**20


def test_a_tweet_is_rendered_once() -> None:
    rendered, tweet = RenderedTweets(), Tweet(2, "alice", "the same")
    assert rendered.render(tweet) is rendered.render(Tweet(2, "alice", "the same"))
