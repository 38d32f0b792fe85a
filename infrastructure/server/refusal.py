"""The answers that a server gives beside the application."""

from infrastructure.http.envelope import NOSNIFF, Headers
from infrastructure.http.problems import Problem
from infrastructure.http.reply import Reply


def refusal(problem: Problem, request_id: str, cors: Headers) -> Reply:
    """Returns the problem with the headers that the application gives to all its answers, `cors` among them."""
    reply = problem.response(request_id)
    more = [("X-Request-Id", request_id), ("Cache-Control", "no-cache"), NOSNIFF, *cors]
    return Reply(reply.status, [*reply.headers, *more], reply.body)
