"""Tweets as JSON, of which the last ones are kept."""

import json

import pytest

from domain.tweet import Tweet
from infrastructure.http import rendering
from infrastructure.http.rendering import render_tweet


def text_of(tweet: Tweet) -> str:
    text: str = json.loads(render_tweet(tweet))["text"]
    return text


def test_two_tweets_of_one_id_are_told_apart() -> None:
    tweets = [Tweet(1, "alice", "of one Perch"), Tweet(1, "alice", "of another")]
    for _ in range(2):
        assert [text_of(tweet) for tweet in tweets] == ["of one Perch", "of another"]


def test_few_rendered_tweets_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "RENDERED_TWEETS_MAX", 10)
    monkeypatch.setattr(rendering, "_rendered", {})
    tweets = [Tweet(number, "alice", f"tweet {number}") for number in range(25)]
    for _ in range(2):
        assert [text_of(tweet) for tweet in tweets] == [tweet.text for tweet in tweets]
        assert 0 < len(rendering._rendered) <= 10


def test_a_tweet_is_rendered_once() -> None:
    tweet = Tweet(2, "alice", "the same")
    assert render_tweet(tweet) is render_tweet(tweet)
