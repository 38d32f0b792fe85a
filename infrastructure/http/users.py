"""Routes of users: counts, tweets and follows."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import TypeVar

import orjson
from flask import Blueprint
from marshmallow import Schema

from infrastructure.http import answers
from infrastructure.http.cursors import Cursors, PagedList
from infrastructure.http.declaration import Answer, Caller, Declaration
from infrastructure.http.endpoint import Call, Endpoints
from infrastructure.http.rendering import RenderTweet, json_response, limit_headers, no_content, page_response
from infrastructure.http.reply import Reply
from infrastructure.http.schemas import NO_PARAMETERS, PageParameters, PageQuery, RelationshipsParameters
from usecases.follow_user import FollowUser, FollowUserRequest
from usecases.get_relationships import GetRelationships, GetRelationshipsRequest
from usecases.get_user import GetUser
from usecases.list_follows import Direction, ListFollows
from usecases.list_user_tweets import ListUserTweets
from usecases.page import NEWEST, Page, PageRequest
from usecases.unfollow_user import UnfollowUser, UnfollowUserRequest

GET = Declaration(Answer(200, answers.USER), NO_PARAMETERS)
GET_ME = Declaration(Answer(200, answers.USER), NO_PARAMETERS, Caller.USER)
FOLLOW = Declaration(Answer(204), NO_PARAMETERS, Caller.USER, limited=True, problems=("self-follow",))
UNFOLLOW = Declaration(Answer(204), NO_PARAMETERS, Caller.USER, limited=True)
RELATIONSHIPS = Declaration(Answer(200, answers.Relationships()), RelationshipsParameters(), Caller.USER)

Item = TypeVar("Item")


def users_blueprint(
    endpoint: Endpoints, get: GetUser, list_tweets: ListUserTweets, render: RenderTweet, cursors: Cursors
) -> Blueprint:
    """Returns the routes of `/v1/users/{user_id}` and of the user's own tweets."""
    routes = Blueprint("users", __name__)
    tweets = PagedList("tweets", 1, cursors)

    @routes.get("/v1/users/<user_id>")
    @endpoint(GET)
    def get_user(call: Call[None]) -> Reply:
        """Get a user's counts; every well-formed id is a user."""
        return _counts(get, call.path["user_id"])

    @routes.get("/v1/users/me")
    @endpoint(GET_ME)
    def get_me(call: Call[None]) -> Reply:
        """Get the caller's own id and counts."""
        return _counts(get, call.caller)

    @routes.get("/v1/users/<user_id>/tweets")
    @endpoint(_paged(answers.TWEET_PAGE, tweets))
    def list_user_tweets(call: Call[PageQuery]) -> Reply:
        """List a user's tweets, newest first."""
        page = list_tweets.execute(_request(call))
        return _answer(call, page, map(render, page.items), tweets)

    return routes


def follows_blueprint(
    endpoint: Endpoints,
    follow: FollowUser,
    unfollow: UnfollowUser,
    list_follows: ListFollows,
    get_relationships: GetRelationships,
    cursors: Cursors,
) -> Blueprint:
    """Returns the routes of follows."""
    routes = Blueprint("follows", __name__)
    followers = PagedList("followers", 1, cursors)
    following = PagedList("following", 1, cursors)

    @routes.put("/v1/users/<me>/following/<user_id>")
    @endpoint(FOLLOW)
    def follow_user(call: Call[None]) -> Reply:
        """Follow a user; following twice changes nothing."""
        return no_content(limit_headers(follow.execute(FollowUserRequest(call.caller, call.path["user_id"]))))

    @routes.delete("/v1/users/<me>/following/<user_id>")
    @endpoint(UNFOLLOW)
    def unfollow_user(call: Call[None]) -> Reply:
        """Unfollow a user; this changes nothing if there is no follow."""
        return no_content(limit_headers(unfollow.execute(UnfollowUserRequest(call.caller, call.path["user_id"]))))

    @routes.get("/v1/users/<user_id>/followers")
    @endpoint(_paged(answers.USER_PAGE, followers))
    def list_of_followers(call: Call[PageQuery]) -> Reply:
        """List a user's followers, newest follow first."""
        page = list_follows.execute(_request(call), Direction.FOLLOWERS)
        return _answer(call, page, map(_render_follow, page.items), followers)

    @routes.get("/v1/users/<user_id>/following")
    @endpoint(_paged(answers.USER_PAGE, following))
    def list_of_following(call: Call[PageQuery]) -> Reply:
        """List the users that a user follows, newest follow first."""
        page = list_follows.execute(_request(call), Direction.FOLLOWING)
        return _answer(call, page, map(_render_follow, page.items), following)

    @routes.get("/v1/users/<me>/relationships")
    @endpoint(RELATIONSHIPS)
    def relationships(call: Call[tuple[str, ...]]) -> Reply:
        """Get the relationships between the caller and other users."""
        found = get_relationships.execute(GetRelationshipsRequest(call.caller, call.taken))
        return json_response(orjson.dumps({"data": found}))

    return routes


def _counts(get: GetUser, user_id: str) -> Reply:
    return json_response(orjson.dumps(asdict(get.execute(user_id))))


def _paged(schema: Schema, pages: PagedList) -> Declaration[PageQuery]:
    return Declaration(Answer(200, schema), PageParameters(), pages=pages)


def _request(call: Call[PageQuery]) -> PageRequest:
    return PageRequest(call.path["user_id"], call.taken.limit, NEWEST if call.position is None else call.position[0])


def _answer(call: Call[PageQuery], page: Page[Item], items: Iterable[bytes], pages: PagedList) -> Reply:
    next_cursor = None if page.next_before is None else pages.cursor(call.path["user_id"], page.next_before)
    return page_response(call.environ, items, next_cursor)


def _render_follow(follow: tuple[int, str]) -> bytes:
    return orjson.dumps({"id": follow[1]})
