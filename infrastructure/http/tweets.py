"""Routes of single tweets."""

import re

from flask import Blueprint, Response

from domain.errors import TweetNotFound
from domain.tweet_id import MAX_TWEET_ID
from infrastructure.http.endpoint import endpoint
from infrastructure.http.rendering import json_response, no_content, render_tweet
from infrastructure.http.schemas import PublishTweetBody
from usecases.delete_tweet import DeleteTweet, DeleteTweetRequest
from usecases.get_tweet import GetTweet
from usecases.publish_tweet import PublishTweet, PublishTweetRequest

_TWEET_ID = re.compile(r"0|[1-9][0-9]{0,18}")


def tweets_blueprint(publish: PublishTweet, get: GetTweet, delete: DeleteTweet) -> Blueprint:
    """`/v1/tweets`."""
    routes = Blueprint("tweets", __name__)

    @routes.post("/v1/tweets")
    @endpoint(identity=True, body=PublishTweetBody())
    def publish_tweet(caller: str, body: str) -> Response:
        tweet = publish.execute(PublishTweetRequest(caller, body))
        response = json_response(render_tweet(tweet), 201)
        response.headers["Location"] = f"/v1/tweets/{tweet.id}"
        return response

    @routes.get("/v1/tweets/<tweet_id>")
    @endpoint()
    def get_tweet(tweet_id: str) -> Response:
        return json_response(render_tweet(get.execute(_tweet_id(tweet_id))))

    @routes.delete("/v1/tweets/<tweet_id>")
    @endpoint(identity=True)
    def delete_tweet(caller: str, tweet_id: str) -> Response:
        delete.execute(DeleteTweetRequest(caller, _tweet_id(tweet_id)))
        return no_content()

    return routes


def _tweet_id(text: str) -> int:
    if not _TWEET_ID.fullmatch(text) or int(text) > MAX_TWEET_ID:
        raise TweetNotFound("This is not the id of a tweet.")
    return int(text)
