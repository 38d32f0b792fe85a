"""The OpenAPI document, made from what the routes declare."""

import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

import orjson
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Blueprint, Flask, Response, current_app
from marshmallow import fields
from werkzeug.routing import Rule

from infrastructure.http import answers
from infrastructure.http.endpoint import DECLARED, Answer, Caller, Declaration, Endpoints
from infrastructure.http.identity import SecuritySchemes
from infrastructure.http.problems import MAX_BODY_BYTES, PROBLEMS
from infrastructure.http.rendering import json_response
from infrastructure.http.schemas import RELATIONSHIPS_MAX, TWEET_ID_PATTERN, OnlyTrue, TweetIds, UserIdList, WholeNumber
from infrastructure.http.tweets import IDEMPOTENCY_KEY_HEADER

JSON = "application/json"
PROBLEM = "application/problem+json"
USER_ID_PATTERN = r"^(?!(?:\.|\.\.|me)$)[A-Za-z0-9_.-]{1,64}$"

DESCRIPTION = """Publish short tweets, follow people, read exact home timelines.

Times are RFC 3339 in UTC with milliseconds, ids are strings. Every error is an RFC 9457 problem. `me` in a path may be
replaced by one's own user id."""


def openapi_blueprint(endpoint: Endpoints, security: SecuritySchemes) -> Blueprint:
    """`/openapi.json`."""
    routes = Blueprint("openapi", __name__)
    rendered: list[bytes] = []

    @routes.get("/openapi.json")
    @endpoint(Declaration(Answer(200)))
    def openapi() -> Response:
        """Get this document."""
        if not rendered:
            rendered.append(orjson.dumps(describe(current_app, security), option=orjson.OPT_INDENT_2))
        return json_response(rendered[0])

    return routes


def describe(app: Flask, security: SecuritySchemes) -> dict[str, Any]:
    """The document of all routes of this application that are declared."""
    plugin = MarshmallowPlugin()
    spec = APISpec(
        title="Perch",
        version="1",
        openapi_version="3.1.0",
        info={"description": DESCRIPTION, "license": {"name": "MIT", "identifier": "MIT"}},
        servers=[{"url": "/"}],
        plugins=[plugin],
    )
    if plugin.converter is not None:
        plugin.converter.add_attribute_function(_own_fields)  # type: ignore[no-untyped-call]
        plugin.converter.add_parameter_attribute_function(_own_parameters)
    for name, scheme in security.components.items():
        spec.components.security_scheme(name, dict(scheme))
    spec.components.schema("Problem", _problem_schema())
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        view = app.view_functions[rule.endpoint]
        declared: Declaration | None = getattr(view, DECLARED, None)
        if declared is not None:
            method = next(iter((rule.methods or set()) - {"HEAD", "OPTIONS"})).lower()
            summary, _, description = (view.__doc__ or "").partition("\n")
            operation = _Operation(rule, method, declared, security).document()
            operation["summary"] = summary.strip()
            if description:
                operation["description"] = re.sub(r"\s+", " ", description).strip()
            spec.path(path=_path(rule), operations={method: operation})
    document: dict[str, Any] = spec.to_dict()
    for name, more in _MORE_OF_SCHEMAS.items():
        document["components"]["schemas"][name] |= more
    return document


class _Operation:
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
            described["content"] = {JSON: {"schema": answer.schema}}
        elif answer.status == HTTPStatus.OK:
            described["content"] = {JSON: {"schema": {"type": "object"}}}
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


def _path(rule: Rule) -> str:
    """The path with `me` as such, which is how it is meant to be called."""
    return re.sub(r"<(\w+)>", r"{\1}", rule.rule.replace("<me>", "me"))


def _bad(status: int, codes: list[str], more_headers: Iterator[str]) -> dict[str, Any]:
    return {
        "description": "; ".join(f"`{code}`: {PROBLEMS[code][1]}" for code in dict.fromkeys(codes)),
        "headers": _headers([*_HEADERS_OF_STATUS.get(status, ()), *more_headers]),
        "content": {
            PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": _example(status, codes[0])}
        },
    }


def _example(status: int, code: str) -> dict[str, Any]:
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
_MORE_OF_SCHEMAS = {
    "RedriveBody": {"minProperties": 1, "maxProperties": 1, "example": {"ids": [answers.TWEET_ID]}},
}
"""What is checked across fields, which no field can say."""

_HEADER_PARAMETERS = {
    "tweets.publish_tweet": (
        {
            "in": "header",
            "name": IDEMPOTENCY_KEY_HEADER,
            "description": "Makes the request safe to repeat for 24 hours.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
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


def _own_fields(_: object, field: fields.Field[Any], **__: object) -> dict[str, Any]:
    match field:
        case WholeNumber():
            return field.described
        case UserIdList():
            ids = {"type": "string", "pattern": USER_ID_PATTERN}
            described = {"type": "array", "items": ids, "minItems": 1, "maxItems": RELATIONSHIPS_MAX}
            return {**described, "example": ["alice", "bob"], "description": "User ids, with commas between."}
        case TweetIds():
            ids = {"type": "string", "pattern": TWEET_ID_PATTERN}
            described = {"type": "array", "items": ids, "minItems": 1, "maxItems": TweetIds.most}
            return {**described, "example": [answers.TWEET_ID]}
        case OnlyTrue():
            return {"type": "boolean", "const": True, "description": "Instead of `ids`: all of them."}
        case _:
            return {}


def _own_parameters(_: object, field: fields.Field[Any], **__: object) -> dict[str, Any]:
    return {"style": "form", "explode": False} if isinstance(field, UserIdList) else {}


def _problem_schema() -> dict[str, Any]:
    example = _example(422, "invalid-input")
    where = {"type": "string"}
    return {
        "type": "object",
        "description": f"An error, as RFC 9457 has it. Bodies over {MAX_BODY_BYTES} bytes are one.",
        "required": list(example),
        "properties": {
            **{name: {"type": "string", "example": value} for name, value in example.items()},
            "type": {"type": "string", "format": "uri", "example": example["type"]},
            "status": {"type": "integer", "example": example["status"]},
            "code": {"type": "string", "enum": sorted(PROBLEMS), "example": example["code"]},
            "errors": {
                "type": "array",
                "description": "What was wrong, by JSON pointer into the body, parameter or header.",
                "items": {
                    "type": "object",
                    "required": ["detail"],
                    "properties": {"pointer": where, "parameter": where, "header": where, "detail": where},
                },
                "example": [{"pointer": "/text", "detail": example["detail"]}],
            },
        },
    }
