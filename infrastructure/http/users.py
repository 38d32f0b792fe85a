"""Routes of users: their counts, their tweets, and whom they follow."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import TypeVar

import orjson
from flask import Blueprint, Response
from marshmallow import Schema

from infrastructure.http import answers
from infrastructure.http.cursors import Cursors, PagedList
from infrastructure.http.endpoint import Answer, Caller, Declaration, Endpoints
from infrastructure.http.envelope import Environ
from infrastructure.http.rendering import json_response, no_content, page_response, render_tweet
from infrastructure.http.schemas import PageParameters, PageQuery, RelationshipsParameters
from usecases.follow_user import FollowUser, FollowUserRequest
from usecases.get_relationships import GetRelationships, GetRelationshipsRequest
from usecases.get_user import GetUser
from usecases.list_followers import ListFollowers
from usecases.list_following import ListFollowing
from usecases.list_user_tweets import ListUserTweets
from usecases.page import NEWEST, Page, PageRequest
from usecases.unfollow_user import UnfollowUser, UnfollowUserRequest

GET = Declaration(Answer(200, answers.USER))
FOLLOW = Declaration(Answer(204), Caller.USER, limited=True, problems=("self-follow",))
UNFOLLOW = Declaration(Answer(204), Caller.USER, limited=True)
RELATIONSHIPS = Declaration(Answer(200, answers.Relationships()), Caller.USER, query=RelationshipsParameters())

Item = TypeVar("Item")
Position = tuple[int, ...] | None


def users_blueprint(endpoint: Endpoints, get: GetUser, list_tweets: ListUserTweets, cursors: Cursors) -> Blueprint:
    """`/v1/users/{user_id}` and the user's own tweets."""
    routes = Blueprint("users", __name__)
    tweets = PagedList("tweets", 1, cursors)

    @routes.get("/v1/users/<user_id>")
    @endpoint(GET)
    def get_user(user_id: str) -> Response:
        """Get a user's counts; every well-formed id is a user."""
        return json_response(orjson.dumps(asdict(get.execute(user_id))))

    @routes.get("/v1/users/<user_id>/tweets")
    @endpoint(_paged(answers.TWEET_PAGE, tweets))
    def list_user_tweets(user_id: str, query: PageQuery, position: Position, environ: Environ) -> Response:
        """List a user's tweets, newest first."""
        page = list_tweets.execute(_request(user_id, query, position))
        return _answer(environ, page, map(render_tweet, page.items), tweets, user_id)

    return routes


def follows_blueprint(
    endpoint: Endpoints,
    follow: FollowUser,
    unfollow: UnfollowUser,
    list_followers: ListFollowers,
    list_following: ListFollowing,
    get_relationships: GetRelationships,
    cursors: Cursors,
) -> Blueprint:
    """Who follows whom."""
    routes = Blueprint("follows", __name__)
    followers = PagedList("followers", 1, cursors)
    following = PagedList("following", 1, cursors)

    @routes.put("/v1/users/<me>/following/<user_id>")
    @endpoint(FOLLOW)
    def follow_user(caller: str, user_id: str) -> Response:
        """Follow a user; following twice changes nothing."""
        follow.execute(FollowUserRequest(caller, user_id))
        return no_content()

    @routes.delete("/v1/users/<me>/following/<user_id>")
    @endpoint(UNFOLLOW)
    def unfollow_user(caller: str, user_id: str) -> Response:
        """Unfollow a user; where there is no follow, nothing changes."""
        unfollow.execute(UnfollowUserRequest(caller, user_id))
        return no_content()

    @routes.get("/v1/users/<user_id>/followers")
    @endpoint(_paged(answers.USER_PAGE, followers))
    def list_of_followers(user_id: str, query: PageQuery, position: Position, environ: Environ) -> Response:
        """List a user's followers, newest follow first."""
        page = list_followers.execute(_request(user_id, query, position))
        return _answer(environ, page, map(_render_follow, page.items), followers, user_id)

    @routes.get("/v1/users/<user_id>/following")
    @endpoint(_paged(answers.USER_PAGE, following))
    def list_of_following(user_id: str, query: PageQuery, position: Position, environ: Environ) -> Response:
        """List whom a user follows, newest follow first."""
        page = list_following.execute(_request(user_id, query, position))
        return _answer(environ, page, map(_render_follow, page.items), following, user_id)

    @routes.get("/v1/users/<me>/relationships")
    @endpoint(RELATIONSHIPS)
    def relationships(caller: str, query: tuple[str, ...]) -> Response:
        """Tell how the caller and some users are related."""
        found = get_relationships.execute(GetRelationshipsRequest(caller, query))
        return json_response(orjson.dumps({"data": found}))

    return routes


def _paged(schema: Schema, pages: PagedList) -> Declaration:
    return Declaration(Answer(200, schema), query=PageParameters(), pages=pages)


def _request(user_id: str, query: PageQuery, position: Position) -> PageRequest:
    return PageRequest(user_id, query.limit, NEWEST if position is None else position[0])


def _answer(environ: Environ, page: Page[Item], items: Iterable[bytes], pages: PagedList, user_id: str) -> Response:
    next_cursor = None if page.next_before is None else pages.cursor(user_id, page.next_before)
    return page_response(environ, items, next_cursor)


def _render_follow(follow: tuple[int, str]) -> bytes:
    return orjson.dumps({"id": follow[1]})
