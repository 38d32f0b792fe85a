"""Errors as `application/problem+json` (RFC 9457). The status and title of each kind are defined here."""

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
from flask import Flask, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge

from domain.errors import (
    InvalidInput,
    NotYourTweet,
    Overloaded,
    RateLimited,
    SelfFollow,
    TweetNotFound,
    Unavailable,
)
from infrastructure.http.envelope import REQUEST_ID
from infrastructure.http.reply import Reply, whole
from infrastructure.log import get_logger

log = get_logger("perch.http")

CONTENT_TYPE = "application/problem+json"
MAX_BODY_BYTES = 16 * 1024

PROBLEMS = {
    "not-found": (404, "There is nothing at this address"),
    "method-not-allowed": (405, "This address does not support that method"),
    "unauthenticated": (401, "The caller is not authenticated"),
    "unsupported-subject": (401, "The token's subject is not a user id"),
    "forbidden": (403, "This is not for you"),
    "body-too-large": (413, "The body is too large"),
    "unsupported-media-type": (415, "The body must be application/json, not encoded"),
    "malformed-body": (400, "The body cannot be read"),
    "malformed-cursor": (400, "The cursor does not belong to this list"),
    "malformed-identity": (400, "The identity cannot be read"),
    "malformed-request": (400, "The request cannot be read"),
    "invalid-input": (422, "Something in the request cannot be accepted"),
    "self-follow": (422, "You cannot follow yourself"),
    "tweet-not-found": (404, "There is no such tweet"),
    "not-your-tweet": (403, "The tweet is somebody else's"),
    "rate-limited": (429, "You write too often"),
    "unavailable": (503, "Perch cannot do this right now"),
    "overloaded": (503, "Perch is serving as many requests as it can right now"),
    "internal-error": (500, "Something went wrong inside Perch"),
}
"""The status and the title of each problem code."""

WHERE_FIELDS_ARE = {
    "text": {"pointer": "/text"},
    "user_id": {"parameter": "user_id"},
    "idempotency_key": {"header": "Idempotency-Key"},
}
"""The place in the request of each field that an `InvalidInput` names."""

ErrorList = Sequence[Mapping[str, str]]


class Problem(Exception):
    """Ends a request with an error. Each of `errors` names a place by pointer, parameter or header."""

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        errors: ErrorList = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.errors = errors
        self.headers = headers

    def response(self, request_id: str) -> Reply:
        """Returns the answer. It is a WSGI application, so Flask can return it, too."""
        headers = (self.headers or {}).items()
        return whole(PROBLEMS[self.code][0], CONTENT_TYPE, self.document(request_id), headers)

    def document(self, request_id: str) -> bytes:
        """Returns the body of the answer, as JSON."""
        status, title = PROBLEMS[self.code]
        members = {
            "type": f"urn:perch:problem:{self.code}",
            "title": title,
            "status": status,
            "detail": self.detail,
            "code": self.code,
            "request_id": request_id,
        }
        return orjson.dumps({**members, "errors": self.errors} if self.errors else members)


def body_too_large() -> Problem:
    return Problem("body-too-large", f"A body has at most {MAX_BODY_BYTES} bytes.")


def overloaded(limit: int) -> Problem:
    detail = f"The limit of {limit} requests in flight is reached."
    return Problem("overloaded", detail, headers={"Retry-After": "1"})


def invalid(detail: str, **where: str) -> Problem:
    """Returns the problem for one value that is not accepted; `where` is for example ``parameter="limit"``."""
    return Problem("invalid-input", detail, errors=[{**where, "detail": detail}])


def answer_errors_as_problems(app: Flask) -> None:
    """Makes Flask answer every exception with a problem."""
    app.register_error_handler(Exception, lambda error: problem_of(error).response(request.environ[REQUEST_ID]))


def problem_of(error: Exception) -> Problem:
    """Returns the problem for an error, and logs the error if it is not the caller's fault."""
    return next(_TRANSLATIONS[kind] for kind in type(error).__mro__ if kind in _TRANSLATIONS)(error)


def _self_follow(error: SelfFollow) -> Problem:
    return Problem("self-follow", str(error), errors=[{"parameter": "user_id", "detail": str(error)}])


def _rate_limited(error: RateLimited) -> Problem:
    seconds = str(error.retry_after_seconds)
    left = {"X-RateLimit-Limit": str(error.limit), "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": seconds}
    return Problem("rate-limited", str(error), headers={"Retry-After": seconds, **left})


def _with_retry_after(code: str, error: Overloaded | Unavailable) -> Problem:
    return Problem(code, str(error), headers={"Retry-After": str(error.retry_after_seconds)})


def _unavailable(error: Unavailable) -> Problem:
    log.error("unavailable", error=str(error))
    return _with_retry_after("unavailable", error)


def _method_not_allowed(error: MethodNotAllowed) -> Problem:
    allow = ", ".join(sorted(error.valid_methods or ()))
    return Problem("method-not-allowed", f"This path supports {allow}.", headers={"Allow": allow})


def _unexpected(error: Exception) -> Problem:
    log.error("request_failed", exc_info=error)
    return Problem("internal-error", "The log has the details under this request id.")


_TRANSLATIONS: Mapping[type[Exception], Callable[[Any], Problem]] = {
    Problem: lambda problem: problem,
    InvalidInput: lambda error: invalid(str(error), **WHERE_FIELDS_ARE[error.field]),
    SelfFollow: _self_follow,
    TweetNotFound: lambda error: Problem("tweet-not-found", str(error)),
    NotYourTweet: lambda error: Problem("not-your-tweet", str(error)),
    RateLimited: _rate_limited,
    Overloaded: functools.partial(_with_retry_after, "overloaded"),
    Unavailable: _unavailable,
    NotFound: lambda _: Problem("not-found", "No route has this path."),
    MethodNotAllowed: _method_not_allowed,
    RequestEntityTooLarge: lambda _: body_too_large(),
    HTTPException: lambda _: Problem("malformed-request", "The request cannot be read."),
    Exception: _unexpected,
}
