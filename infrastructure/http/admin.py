"""Routes for administrators."""

import orjson
from flask import Blueprint

from domain.events import TweetDeadLettered
from infrastructure.http import answers
from infrastructure.http.cursors import Cursors, PagedList
from infrastructure.http.declaration import Answer, Caller, Declaration
from infrastructure.http.endpoint import Call, Endpoints
from infrastructure.http.rendering import json_response, page_response, timestamp
from infrastructure.http.reply import Reply
from infrastructure.http.schemas import PageParameters, PageQuery, RedriveBody
from usecases.list_dead_letters import ListDeadLetters, ListDeadLettersRequest
from usecases.page import NEWEST
from usecases.redrive_dead_letters import RedriveDeadLetters

REDRIVE = Declaration(Answer(202, answers.Redriven()), RedriveBody(), Caller.ADMIN)


def admin_blueprint(
    endpoint: Endpoints, list_letters: ListDeadLetters, redrive: RedriveDeadLetters, cursors: Cursors
) -> Blueprint:
    """Returns the routes of `/v1/admin/dead-letters`."""
    routes = Blueprint("admin", __name__)
    pages = PagedList("dead-letters", 1, cursors)
    declared = Declaration(Answer(200, answers.DEAD_LETTER_PAGE), PageParameters(), Caller.ADMIN, pages)

    @routes.get("/v1/admin/dead-letters")
    @endpoint(declared)
    def list_dead_letters(call: Call[PageQuery]) -> Reply:
        """List the tweets that could not be pushed. Readers see them nevertheless."""
        before = NEWEST if call.position is None else call.position[0]
        page = list_letters.execute(ListDeadLettersRequest(call.taken.limit, before))
        next_cursor = None if page.next_before is None else pages.cursor("", page.next_before)
        return page_response(call.environ, map(_render, page.items), next_cursor)

    @routes.post("/v1/admin/dead-letters/redrive")
    @endpoint(REDRIVE)
    def redrive_dead_letters(call: Call[tuple[int, ...] | None]) -> Reply:
        """Push the tweets of dead letters again, with all attempts."""
        return json_response(orjson.dumps({"redriven": redrive.execute(call.taken)}), 202)

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
