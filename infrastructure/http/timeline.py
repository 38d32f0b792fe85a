"""The route of the home timeline."""

from flask import Blueprint, Response

from infrastructure.http import answers
from infrastructure.http.cursors import Cursors, PagedList
from infrastructure.http.endpoint import Answer, Caller, Declaration, Endpoints
from infrastructure.http.envelope import Environ
from infrastructure.http.problems import invalid
from infrastructure.http.rendering import page_response, render_tweet
from infrastructure.http.schemas import TimelineParameters, TimelineQuery
from usecases.home_timeline.read import ReadHomeTimeline, ReadHomeTimelineRequest, Walk


def timeline_blueprint(endpoint: Endpoints, read: ReadHomeTimeline, cursors: Cursors) -> Blueprint:
    """`/v1/users/me/timeline`."""
    routes = Blueprint("timeline", __name__)
    pages = PagedList("timeline", 4, cursors)

    @routes.get("/v1/users/<me>/timeline")
    @endpoint(Declaration(Answer(200, answers.TIMELINE_PAGE), Caller.USER, query=TimelineParameters(), pages=pages))
    def home_timeline(
        caller: str, query: TimelineQuery, position: tuple[int, ...] | None, environ: Environ
    ) -> Response:
        """Read the home timeline: all tweets of the users that the caller follows now, newest first.

        With `since_id`, only what came after; with `cursor`, the next page.
        """
        walk = None if position is None else _walk(position, query)
        page = read.execute(ReadHomeTimelineRequest(caller, query.limit, query.include_self, query.since_id, walk))
        next_cursor = None if page.next is None else pages.cursor(caller, *_position(page.next, query))
        return page_response(environ, map(render_tweet, page.tweets), next_cursor, page.since_id)

    return routes


def _position(walk: Walk, query: TimelineQuery) -> tuple[int, ...]:
    return walk.frontier, walk.low, walk.high, query.include_self


def _walk(position: tuple[int, ...], query: TimelineQuery) -> Walk:
    frontier, low, high, include_self = position
    if query.include_self != bool(include_self):
        raise invalid("The cursor was made for another include_self than this.", parameter="include_self")
    return Walk(frontier, low, high)
