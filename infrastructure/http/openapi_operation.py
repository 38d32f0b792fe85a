"""One route's part of the OpenAPI document."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from werkzeug.routing import Rule

from infrastructure.http import answers
from infrastructure.http.endpoint import JSON, Caller, Declaration
from infrastructure.http.identity import SecuritySchemes
from infrastructure.http.problems import CONTENT_TYPE, PROBLEMS
from infrastructure.http.schemas import TWEET_ID_PATTERN, USER_ID_PATTERN
from infrastructure.http.stream import LAST_EVENT_ID_HEADER
from infrastructure.http.tweets import IDEMPOTENCY_KEY_HEADER


class Operation:
    """One route's part of the document."""

    def __init__(self, rule: Rule, method: str, declared: Declaration, security: SecuritySchemes) -> None:
        self._rule = rule
        self._method = method
        self._declared = declared
        self._security = security

    def document(self) -> dict[str, Any]:
        blueprint, name = self._rule.endpoint.split(".")
        document: dict[str, Any] = {
            "operationId": name,
            "tags": [blueprint],
            "parameters": list(self._parameters()),
            "responses": dict(self._responses()),
        }
        if self._declared.caller is Caller.USER:
            document["security"] = self._security.user
        elif self._declared.caller is Caller.ADMIN:
            document["security"] = self._security.admin
        else:
            document["security"] = []
        if self._declared.body is not None:
            document["requestBody"] = {"required": True, "content": {JSON: {"schema": self._declared.body}}}
        return document

    def _parameters(self) -> Iterator[object]:
        for name in sorted(self._rule.arguments - {"me"}):
            yield _PATH_PARAMETERS[name]
        if self._declared.query.fields:
            yield {"in": "query", "schema": self._declared.query}
        yield from _HEADER_PARAMETERS.get(self._rule.endpoint, ())

    def _responses(self) -> Iterator[tuple[str, object]]:
        answer = self._declared.answer
        yield str(answer.status), self._good()
        if "ETag" in (answer.headers or {}):
            headers = _headers(["ETag", "X-Request-Id"])
            yield "304", {"description": "What the caller has is still so.", "headers": headers}
        by_status: dict[int, list[str]] = {}
        for code in self._problems():
            by_status.setdefault(PROBLEMS[code][0], []).append(code)
        for status, codes in sorted(by_status.items()):
            yield str(status), _bad(status, codes, self._headers_whatever_the_outcome(status))

    def _good(self) -> dict[str, Any]:
        answer = self._declared.answer
        described: dict[str, Any] = {"description": HTTPStatus(answer.status).phrase}
        if answer.schema is not None:
            described["content"] = {answer.media_type: {"schema": answer.schema}}
        elif answer.status == HTTPStatus.OK:
            kind = "object" if answer.media_type == JSON else "string"
            described["content"] = {answer.media_type: {"schema": {"type": kind}}}
        names = [*(answer.headers or {}), *_MORE_ANSWER_HEADERS.get(self._rule.endpoint, ())]
        if self._declared.pages is not None:
            names.append("Link")
        described["headers"] = _headers([*names, *self._headers_whatever_the_outcome(answer.status)])
        links = _LINKS.get(self._rule.endpoint)
        return {**described, "links": links} if links else described

    def _headers_whatever_the_outcome(self, status: int) -> Iterator[str]:
        yield "X-Request-Id"
        if self._declared.caller is not Caller.ANYBODY and status not in _BEFORE_THE_ROUTE:
            yield from ("Cache-Control", "Vary")
        if self._declared.limited and status not in _BEFORE_THE_LIMIT:
            yield from _LIMIT_HEADERS

    def _problems(self) -> Iterator[str]:
        yield from self._declared.problems
        if self._declared.caller is Caller.USER:
            yield from ("unauthenticated", "unsupported-subject", "malformed-identity")
        elif self._declared.caller is Caller.ADMIN:
            yield from ("unauthenticated", "forbidden")
        if "me" in self._rule.arguments:
            yield "forbidden"
        if self._declared.body is not None:
            yield from ("unsupported-media-type", "malformed-body")
        if self._declared.pages is not None:
            yield "malformed-cursor"
        if self._declared.limited:
            yield "rate-limited"
        yield from ("body-too-large", "invalid-input", "unavailable")


def _bad(status: int, codes: list[str], more_headers: Iterator[str]) -> dict[str, Any]:
    return {
        "description": "; ".join(f"`{code}`: {PROBLEMS[code][1]}" for code in dict.fromkeys(codes)),
        "headers": _headers([*_HEADERS_OF_STATUS.get(status, ()), *more_headers]),
        "content": {
            CONTENT_TYPE: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "example": problem_example(status, codes[0]),
            }
        },
    }


def problem_example(status: int, code: str) -> dict[str, Any]:
    return {
        "type": f"urn:perch:problem:{code}",
        "title": PROBLEMS[code][1],
        "status": status,
        "detail": "What was wrong, in a sentence.",
        "code": code,
        "request_id": "9f86d081884c7d659a2feaa0c55ad015",
    }


def _headers(names: list[str]) -> dict[str, Any]:
    return {
        name: {
            "description": description,
            "required": name not in _HEADERS_NOT_ALWAYS_THERE,
            "schema": {"type": "string"},
            "example": example,
        }
        for name, (description, example) in ((name, _HEADERS[name]) for name in names)
    }


_LIMIT_HEADERS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
_HEADERS_NOT_ALWAYS_THERE = ("Idempotency-Replayed", "Link", *_LIMIT_HEADERS)
_BEFORE_THE_ROUTE = (413, 503)
"""What may be refused before it is known which route is meant."""

_BEFORE_THE_LIMIT = (*_BEFORE_THE_ROUTE, 401, 415)
"""What is refused before the caller's writes are looked up."""

_MORE_ANSWER_HEADERS = {"tweets.publish_tweet": ("Idempotency-Replayed",)}
_HEADERS_OF_STATUS: Mapping[int, tuple[str, ...]] = {
    401: ("WWW-Authenticate",),
    409: ("Retry-After",),
    429: ("Retry-After",),
    503: ("Retry-After",),
}
_HEADERS = {
    "Cache-Control": ("The answer is for this caller alone.", "private, no-store"),
    "ETag": ("Hand it back in `If-None-Match`.", f'"{answers.TWEET_ID}"'),
    "Idempotency-Replayed": ("An earlier request with this key published the tweet.", "true"),
    "Link": ("The next page, where there is one.", f'</v1/users/me/timeline?cursor={answers.CURSOR}>; rel="next"'),
    "Location": ("Where the tweet is.", f"/v1/tweets/{answers.TWEET_ID}"),
    "Retry-After": ("Seconds until asking again may help.", "1"),
    "Vary": ("What the answer depends on.", "X-User-Id"),
    "WWW-Authenticate": ("How to say who is calling.", "X-User-Id"),
    "X-RateLimit-Limit": ("Writes in a window. Only where writes are limited.", "300"),
    "X-RateLimit-Remaining": ("Writes left in this window. Only where writes are limited.", "299"),
    "X-RateLimit-Reset": ("Seconds until all writes are back. Only where writes are limited.", "300"),
    "X-Request-Id": ("The caller's, or made for this request.", "9f86d081884c7d659a2feaa0c55ad015"),
}
_PATH_PARAMETERS = {
    "tweet_id": {
        "in": "path",
        "name": "tweet_id",
        "required": True,
        "description": "A number below 2^63; another one is the id of no tweet.",
        "schema": {"type": "string", "pattern": TWEET_ID_PATTERN},
        "example": answers.TWEET_ID,
    },
    "user_id": {
        "in": "path",
        "name": "user_id",
        "required": True,
        "description": "1 to 64 of `A-Z a-z 0-9 _ . -`, but not `.`, `..` or `me`.",
        "schema": {"type": "string", "pattern": USER_ID_PATTERN},
        "example": "alice",
    },
}
_LINKS = {
    "tweets.publish_tweet": {
        "get": {"operationId": "get_tweet", "parameters": {"tweet_id": "$response.body#/id"}},
        "delete": {"operationId": "delete_tweet", "parameters": {"tweet_id": "$response.body#/id"}},
        "author": {"operationId": "get_user", "parameters": {"user_id": "$response.body#/author_id"}},
    },
    "timeline.home_timeline": {
        "poll": {"operationId": "home_timeline", "parameters": {"since_id": "$response.body#/meta/since_id"}},
    },
}
_HEADER_PARAMETERS = {
    "tweets.publish_tweet": (
        {
            "in": "header",
            "name": IDEMPOTENCY_KEY_HEADER,
            "description": "Makes the request safe to repeat for 24 hours.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
        },
    ),
    "stream.stream_home_timeline": (
        {
            "in": "header",
            "name": LAST_EVENT_ID_HEADER,
            "description": "The id of the last event that was received, or a `since_id`; without it: from now on.",
            "schema": {"type": "string", "pattern": TWEET_ID_PATTERN},
        },
    ),
    "tweets.get_tweet": (
        {
            "in": "header",
            "name": "If-None-Match",
            "description": "The `ETag` of an earlier answer.",
            "schema": {"type": "string"},
        },
    ),
}
