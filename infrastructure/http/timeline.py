"""The route of the home timeline."""

from flask import Blueprint

from infrastructure.http import answers
from infrastructure.http.cursors import Cursors, PagedList
from infrastructure.http.declaration import Answer, Caller, Declaration, Link
from infrastructure.http.endpoint import Call, Endpoints
from infrastructure.http.given_ids import GivenIds
from infrastructure.http.problems import invalid
from infrastructure.http.rendering import RenderTweet, page_response
from infrastructure.http.reply import Reply
from infrastructure.http.schemas import TimelineParameters, TimelineQuery
from usecases.home_timeline.read import ReadHomeTimeline, ReadHomeTimelineRequest, Walk

POLL = Link("poll", "home_timeline", {"since_id": "$response.body#/meta/since_id"})


def timeline_blueprint(
    endpoint: Endpoints, read: ReadHomeTimeline, render: RenderTweet, cursors: Cursors, given: GivenIds
) -> Blueprint:
    """Returns the route `/v1/users/me/timeline`."""
    routes = Blueprint("timeline", __name__)
    pages = PagedList("timeline", 4, cursors)

    answer = Answer(200, answers.TIMELINE_PAGE, links=[POLL])

    @routes.get("/v1/users/<me>/timeline")
    @endpoint(Declaration(answer, TimelineParameters(), Caller.USER, pages))
    def home_timeline(call: Call[TimelineQuery]) -> Reply:
        """Read the home timeline: all tweets of the users that the caller follows now, newest first.

        With `since_id`, only newer tweets; with `cursor`, the next page.
        """
        query = call.taken
        given.check(query.since_id, parameter="since_id")
        walk = None if call.position is None else _walk(call.position, query)
        page = read.execute(ReadHomeTimelineRequest(call.caller, query.limit, query.include_self, query.since_id, walk))
        next_cursor = None if page.next is None else pages.cursor(call.caller, *_position(page.next, query))
        return page_response(call.environ, map(render, page.tweets), next_cursor, page.since_id)

    return routes


def _position(walk: Walk, query: TimelineQuery) -> tuple[int, ...]:
    return walk.frontier, walk.low, walk.high, query.include_self


def _walk(position: tuple[int, ...], query: TimelineQuery) -> Walk:
    frontier, low, high, include_self = position
    if query.include_self != bool(include_self):
        raise invalid("The cursor was made with another value of include_self.", parameter="include_self")
    return Walk(frontier, low, high)
