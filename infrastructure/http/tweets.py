"""Routes of single tweets."""

import re
from collections.abc import Sequence

from flask import Blueprint, Response
from werkzeug.http import parse_etags

from domain.errors import InvalidInput, TweetNotFound
from domain.tweet import Tweet
from domain.tweet_id import parse_tweet_id
from infrastructure.http import answers
from infrastructure.http.endpoint import Answer, Caller, Declaration, Endpoints
from infrastructure.http.envelope import Environ
from infrastructure.http.rendering import json_response, no_content, render_tweet
from infrastructure.http.schemas import PublishTweetBody
from usecases.delete_tweet import DeleteTweet, DeleteTweetRequest
from usecases.get_tweet import GetTweet
from usecases.publish_tweet import PublishTweet, PublishTweetRequest
from usecases.publish_tweet_once import FIELD, PublishTweetOnce

IDEMPOTENCY_KEY_HEADER = "Idempotency-Key"
REPLAYED = ("Idempotency-Replayed", "true")
IDEMPOTENCY_KEY = re.compile(r"[ -~]{1,255}")

PUBLISH = Declaration(
    Answer(201, answers.TWEET, {"Location": f"/v1/tweets/{answers.TWEET_ID}"}),
    Caller.USER,
    body=PublishTweetBody(),
    limited=True,
    problems=("idempotency-key-in-flight",),
)
GET = Declaration(Answer(200, answers.TWEET, {"ETag": f'"{answers.TWEET_ID}"'}), problems=("tweet-not-found",))
DELETE = Declaration(Answer(204), Caller.USER, limited=True, problems=("tweet-not-found", "not-your-tweet"))


def tweets_blueprint(
    endpoint: Endpoints,
    publish: PublishTweet,
    publish_once: PublishTweetOnce,
    get: GetTweet,
    delete: DeleteTweet,
) -> Blueprint:
    """`/v1/tweets`."""
    routes = Blueprint("tweets", __name__)

    @routes.post("/v1/tweets")
    @endpoint(PUBLISH)
    def publish_tweet(caller: str, body: str, environ: Environ) -> Response:
        """Publish a tweet.

        Followers see it from now on. With an `Idempotency-Key`, repeating the request within 24 hours gives the same
        answer and publishes nothing more.
        """
        asked = PublishTweetRequest(caller, body)
        key = _idempotency_key(environ)
        if key is None:
            return _created(publish.execute(asked))
        publication = publish_once.execute(asked, key)
        return _created(publication.tweet, [REPLAYED] if publication.replayed else [])

    @routes.get("/v1/tweets/<tweet_id>")
    @endpoint(GET)
    def get_tweet(tweet_id: str, environ: Environ) -> Response:
        """Get one tweet."""
        tweet = get.execute(_tweet_id(tweet_id))
        response = json_response(render_tweet(tweet))
        response.set_etag(tweet_id)
        # Not `make_conditional`, which answers an If-Match that fails with 412 and the tweet.
        if parse_etags(environ.get("HTTP_IF_NONE_MATCH")).contains_weak(tweet_id):
            response.status_code = 304
        return response

    @routes.delete("/v1/tweets/<tweet_id>")
    @endpoint(DELETE)
    def delete_tweet(caller: str, tweet_id: str) -> Response:
        """Delete a tweet of one's own; no read shows it afterwards."""
        delete.execute(DeleteTweetRequest(caller, _tweet_id(tweet_id)))
        return no_content()

    return routes


def _idempotency_key(environ: Environ) -> str | None:
    key: str | None = environ.get("HTTP_IDEMPOTENCY_KEY")
    if key is not None and not IDEMPOTENCY_KEY.fullmatch(key):
        raise InvalidInput(FIELD, "An idempotency key is 1 to 255 printable ASCII characters.")
    return key


def _created(tweet: Tweet, headers: Sequence[tuple[str, str]] = ()) -> Response:
    return json_response(render_tweet(tweet), 201, [("Location", f"/v1/tweets/{tweet.id}"), *headers])


def _tweet_id(text: str) -> int:
    tweet_id = parse_tweet_id(text)
    if tweet_id is None:
        raise TweetNotFound("This is not the id of a tweet.")
    return tweet_id
