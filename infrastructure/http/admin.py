"""Routes for administrators."""

import orjson
from flask import Blueprint, Response

from domain.events import TweetDeadLettered
from infrastructure.http import answers
from infrastructure.http.cursors import Cursors, PagedList
from infrastructure.http.endpoint import Answer, Caller, Declaration, Endpoints
from infrastructure.http.envelope import Environ
from infrastructure.http.rendering import json_response, page_response, timestamp
from infrastructure.http.schemas import PageParameters, PageQuery, RedriveBody
from usecases.list_dead_letters import ListDeadLetters, ListDeadLettersRequest
from usecases.page import NEWEST
from usecases.redrive_dead_letters import RedriveDeadLetters

REDRIVE = Declaration(Answer(202, answers.Redriven()), Caller.ADMIN, body=RedriveBody())


def admin_blueprint(
    endpoint: Endpoints, list_letters: ListDeadLetters, redrive: RedriveDeadLetters, cursors: Cursors
) -> Blueprint:
    """`/v1/admin/dead-letters`."""
    routes = Blueprint("admin", __name__)
    pages = PagedList("dead-letters", 1, cursors)
    declared = Declaration(Answer(200, answers.DEAD_LETTER_PAGE), Caller.ADMIN, query=PageParameters(), pages=pages)

    @routes.get("/v1/admin/dead-letters")
    @endpoint(declared)
    def list_dead_letters(query: PageQuery, position: tuple[int, ...] | None, environ: Environ) -> Response:
        """List the tweets that could not be pushed. Readers see them all the same."""
        before = NEWEST if position is None else position[0]
        page = list_letters.execute(ListDeadLettersRequest(query.limit, before))
        next_cursor = None if page.next_before is None else pages.cursor("", page.next_before)
        return page_response(environ, map(_render, page.items), next_cursor)

    @routes.post("/v1/admin/dead-letters/redrive")
    @endpoint(REDRIVE)
    def redrive_dead_letters(body: tuple[int, ...] | None) -> Response:
        """Queue dead letters again. What finds no room in the queue stays a dead letter."""
        return json_response(orjson.dumps({"redriven": redrive.execute(body)}), 202)

    return routes


def _render(letter: TweetDeadLettered) -> bytes:
    return orjson.dumps(
        {
            "tweet_id": str(letter.tweet_id),
            "author_id": letter.author_id,
            "attempts": letter.attempts,
            "error": letter.error,
            "failed_at": timestamp(letter.failed_at_ms),
        }
    )
