"""Routes of tweets."""

import re

from flask import Blueprint
from werkzeug.http import parse_etags

from domain.errors import InvalidInput, TweetNotFound
from domain.tweet_id import parse_tweet_id
from infrastructure.http import answers
from infrastructure.http.cursors import Cursors, PagedList
from infrastructure.http.declaration import Answer, Caller, Declaration, Header, Link, RequestHeader
from infrastructure.http.endpoint import Call, Endpoints
from infrastructure.http.envelope import REQUEST_ID, Environ
from infrastructure.http.rendering import RenderTweet, json_response, limit_headers, no_content, page_response
from infrastructure.http.reply import Reply
from infrastructure.http.schemas import NO_PARAMETERS, PageParameters, PageQuery, PublishTweetBody
from infrastructure.log import current_trace_id
from usecases.delete_tweet import DeleteTweet, DeleteTweetRequest
from usecases.get_tweet import GetTweet
from usecases.list_all_tweets import ListAllTweets, ListAllTweetsRequest
from usecases.page import NEWEST
from usecases.publish_tweet import PublishTweet, PublishTweetRequest

IDEMPOTENCY_KEY_HEADER = "Idempotency-Key"
EVERYBODY = ""
"""The owner of everybody's tweets: no user."""

REPLAYED = ("Idempotency-Replayed", "true")
IDEMPOTENCY_KEY = re.compile(r"[ -~]{1,255}")

PUBLISHED = Answer(
    201,
    answers.TWEET,
    [
        Header("Location", "The tweet's address.", f"/v1/tweets/{answers.TWEET_ID}"),
        Header(REPLAYED[0], "An earlier request with this key published the tweet.", REPLAYED[1], always=False),
    ],
    links=[
        Link("get", "get_tweet", {"tweet_id": "$response.body#/id"}),
        Link("delete", "delete_tweet", {"tweet_id": "$response.body#/id"}),
        Link("author", "get_user", {"user_id": "$response.body#/author_id"}),
    ],
)
KEY = RequestHeader(
    IDEMPOTENCY_KEY_HEADER,
    "Makes the request safe to repeat for 24 hours.",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
)
ETAG = Header("ETag", "Send it in `If-None-Match`.", f'"{answers.TWEET_ID}"')
GET = Declaration(
    Answer(200, answers.TWEET, [ETAG]),
    NO_PARAMETERS,
    problems=("tweet-not-found",),
    headers=[RequestHeader("If-None-Match", "The `ETag` of an earlier answer.", {"type": "string"})],
)
DELETE_PROBLEMS = "tweet-not-found", "not-your-tweet"
DELETE = Declaration(Answer(204), NO_PARAMETERS, Caller.USER, limited=True, problems=DELETE_PROBLEMS)


def tweets_blueprint(
    endpoint: Endpoints,
    publish: PublishTweet,
    list_all: ListAllTweets,
    get: GetTweet,
    delete: DeleteTweet,
    render: RenderTweet,
    cursors: Cursors,
    text_max_length: int,
) -> Blueprint:
    """Returns the routes of `/v1/tweets`."""
    routes = Blueprint("tweets", __name__)
    pages = PagedList("all-tweets", 1, cursors)
    declared = Declaration(
        PUBLISHED,
        PublishTweetBody(text_max_length),
        Caller.USER,
        limited=True,
        headers=[KEY],
    )

    @routes.post("/v1/tweets")
    @endpoint(declared)
    def publish_tweet(call: Call[str]) -> Reply:
        """Publish a tweet.

        Followers see it at once. With an `Idempotency-Key`, a repeat within 24 hours returns the same answer and
        publishes nothing more.
        """
        key = _idempotency_key(call.environ)
        trace_id = current_trace_id.get() or call.environ[REQUEST_ID]
        published = publish.execute(PublishTweetRequest(call.caller, call.taken, key, trace_id))
        tweet = published.tweet
        replayed = [REPLAYED] if published.replayed else []
        headers = [("Location", f"/v1/tweets/{tweet.id}"), *replayed, *limit_headers(published.left)]
        return json_response(render(tweet), 201, headers)

    @routes.get("/v1/tweets")
    @endpoint(Declaration(Answer(200, answers.TWEET_PAGE), PageParameters(), pages=pages))
    def list_all_tweets(call: Call[PageQuery]) -> Reply:
        """List everybody's tweets, newest first."""
        before = NEWEST if call.position is None else call.position[0]
        page = list_all.execute(ListAllTweetsRequest(call.taken.limit, before))
        next_cursor = None if page.next_before is None else pages.cursor(EVERYBODY, page.next_before)
        return page_response(call.environ, map(render, page.items), next_cursor)

    @routes.get("/v1/tweets/<tweet_id>")
    @endpoint(GET)
    def get_tweet(call: Call[None]) -> Reply:
        """Get one tweet."""
        tweet = get.execute(_tweet_id(call))
        etag = [("ETag", f'"{tweet.id}"')]
        if parse_etags(call.environ.get("HTTP_IF_NONE_MATCH")).contains_weak(str(tweet.id)):
            return Reply(304, etag)
        return json_response(render(tweet), 200, etag)

    @routes.delete("/v1/tweets/<tweet_id>")
    @endpoint(DELETE)
    def delete_tweet(call: Call[None]) -> Reply:
        """Delete the caller's own tweet; no read shows it afterwards."""
        return no_content(limit_headers(delete.execute(DeleteTweetRequest(call.caller, _tweet_id(call)))))

    return routes


def _idempotency_key(environ: Environ) -> str | None:
    key: str | None = environ.get("HTTP_IDEMPOTENCY_KEY")
    if key is not None and not IDEMPOTENCY_KEY.fullmatch(key):
        raise InvalidInput("idempotency_key", "An idempotency key is 1 to 255 printable ASCII characters.")
    return key


def _tweet_id(call: Call[None]) -> int:
    tweet_id = parse_tweet_id(call.path["tweet_id"])
    if tweet_id is None:
        raise TweetNotFound("This is not the id of a tweet.")
    return tweet_id
