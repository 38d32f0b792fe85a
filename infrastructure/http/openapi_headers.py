"""The headers of answers in the OpenAPI document, except for those that a route declares."""

from collections.abc import Iterable
from typing import Any

from infrastructure.http import answers
from infrastructure.http.declaration import Declaration, Header
from infrastructure.http.identity import SecuritySchemes

REQUEST_ID_EXAMPLE = "9f86d081884c7d659a2feaa0c55ad015"
REQUEST_ID = Header("X-Request-Id", "The request id that the caller sent, or a new one.", REQUEST_ID_EXAMPLE)

_PUBLIC = Header("Cache-Control", "Caches must ask whether the answer is current.", "no-cache")
_RETRY_AFTER = Header("Retry-After", "Seconds after which a retry may succeed.", "1")
_NEXT = f'</v1/users/me/timeline?cursor={answers.CURSOR}>; rel="next"'
_LINK = Header("Link", "The next page, if there is one.", _NEXT, always=False)
_LIMIT = [
    Header(f"X-RateLimit-{name}", f"{description} Only if writes are limited.", example, always=False)
    for name, description, example in (
        ("Limit", "Writes allowed in a window.", "300"),
        ("Remaining", "Writes left in this window.", "299"),
        ("Reset", "Seconds until this window ends and all writes are available again.", "300"),
    )
]

_WITH_RETRY_AFTER = (429, 503)
_UNAUTHENTICATED = 401
_BEFORE_THE_ROUTE = (413, 503)
"""The statuses that may be answered before a route is matched."""

_TOO_MANY_REQUESTS = 429


class AnswerHeaders:
    """The headers of one route's answers."""

    def __init__(self, declared: Declaration[Any], security: SecuritySchemes) -> None:
        self._declared = declared
        self._access = security.access(declared.caller)
        self._cached = [_PUBLIC]
        if self._access is not None:
            self._cached = [
                Header("Cache-Control", "The answer is only for this caller.", declared.cache_control),
                Header("Vary", "The request header that the answer depends on.", self._access.header),
            ]

    def good(self) -> dict[str, Any]:
        """Returns the headers of the answer on success."""
        answer = self._declared.answer
        link = [] if self._declared.pages is None else [_LINK]
        return described_headers([*answer.headers, *link, *self._common(answer.status)])

    def bad(self, status: int) -> dict[str, Any]:
        """Returns the headers of a problem with this status."""
        headers = [_RETRY_AFTER] if status in _WITH_RETRY_AFTER else []
        if status == _UNAUTHENTICATED and self._access is not None:
            headers = [Header("WWW-Authenticate", "The way to authenticate.", self._access.challenge)]
        return described_headers([*headers, *self._common(status)])

    def _common(self, status: int) -> list[Header]:
        headers = [REQUEST_ID]
        if status not in _BEFORE_THE_ROUTE:
            headers += self._cached
        if self._declared.limited and status in (self._declared.answer.status, _TOO_MANY_REQUESTS):
            headers += _LIMIT
        return headers


def described_headers(headers: Iterable[Header]) -> dict[str, Any]:
    """Returns the headers in OpenAPI's form."""
    return {
        header.name: {
            "description": header.description,
            "required": header.always,
            "schema": {"type": "string"},
            "example": header.example,
        }
        for header in headers
    }
