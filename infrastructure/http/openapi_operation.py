"""The OpenAPI operation of a route."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from werkzeug.routing import Rule

from infrastructure.http import answers
from infrastructure.http.declaration import JSON, Caller
from infrastructure.http.endpoint import Endpoint
from infrastructure.http.fields import TWEET_ID_PATTERN, USER_ID_EXCEPTIONS, USER_ID_PATTERN
from infrastructure.http.identity import SecuritySchemes
from infrastructure.http.openapi_headers import REQUEST_ID_EXAMPLE, AnswerHeaders
from infrastructure.http.problems import CONTENT_TYPE, PROBLEMS

_PATH_PARAMETERS = {
    "tweet_id": ("A tweet id, which is below 2^63.", TWEET_ID_PATTERN, answers.TWEET_ID),
    "user_id": (f"1 to 64 of `A-Z a-z 0-9 _ . -`. {USER_ID_EXCEPTIONS}", USER_ID_PATTERN, answers.USER_ID),
}
"""The description, pattern and example of each path parameter."""


class Operation:
    """Describes one route as an OpenAPI operation."""

    def __init__(self, rule: Rule, endpoint: Endpoint[Any], security: SecuritySchemes) -> None:
        self._rule = rule
        self._declared = endpoint.declared
        self._text = endpoint.__doc__ or ""
        self._access = security.access(self._declared.caller)
        self._headers = AnswerHeaders(self._declared, security)

    def document(self) -> dict[str, Any]:
        tag, name = self._rule.endpoint.split(".")
        document: dict[str, Any] = {
            "operationId": name,
            "tags": [tag],
            "parameters": list(self._parameters()),
            "responses": dict(self._responses()),
            "security": [] if self._access is None else [{self._access.scheme: []}],
        }
        if self._declared.body is not None:
            document["requestBody"] = {"required": True, "content": {JSON: {"schema": self._declared.body}}}
        summary, _, description = self._text.partition("\n")
        document["summary"] = summary.strip()
        if description:
            document["description"] = re.sub(r"\s+", " ", description).strip()
        return document

    def _parameters(self) -> Iterator[object]:
        for name in sorted(self._rule.arguments - {"me"}):
            description, pattern, example = _PATH_PARAMETERS[name]
            described = {"description": description, "schema": {"type": "string", "pattern": pattern}}
            yield {"in": "path", "name": name, "required": True, **described, "example": example}
        if self._declared.query.fields:
            yield {"in": "query", "schema": self._declared.query}
        for header in self._declared.headers:
            yield {"in": "header", "name": header.name, "description": header.description, "schema": header.schema}

    def _responses(self) -> Iterator[tuple[str, object]]:
        answer = self._declared.answer
        yield str(answer.status), self._good()
        if any(header.name == "ETag" for header in answer.headers):
            yield "304", {"description": "The caller's copy is still current.", "headers": self._headers.good()}
        by_status: dict[int, list[str]] = {}
        for code in self._problems():
            by_status.setdefault(PROBLEMS[code][0], []).append(code)
        for status, codes in sorted(by_status.items()):
            yield str(status), self._bad(status, codes)

    def _good(self) -> dict[str, Any]:
        answer = self._declared.answer
        good: dict[str, Any] = {"description": HTTPStatus(answer.status).phrase}
        if answer.schema is not None:
            good["content"] = {answer.media_type: {"schema": answer.schema}}
        elif answer.status == HTTPStatus.OK:
            kind = "object" if answer.media_type == JSON else "string"
            good["content"] = {answer.media_type: {"schema": {"type": kind}}}
        good["headers"] = self._headers.good()
        if answer.links:
            good["links"] = {
                link.name: {"operationId": link.operation, "parameters": link.parameters} for link in answer.links
            }
        return good

    def _bad(self, status: int, codes: list[str]) -> dict[str, Any]:
        problem = {"schema": {"$ref": "#/components/schemas/Problem"}, "example": problem_example(status, codes[0])}
        return {
            "description": "; ".join(f"`{code}`: {PROBLEMS[code][1]}" for code in dict.fromkeys(codes)),
            "headers": self._headers.bad(status),
            "content": {CONTENT_TYPE: problem},
        }

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


def problem_example(status: int, code: str) -> dict[str, Any]:
    return {
        "type": f"urn:perch:problem:{code}",
        "title": PROBLEMS[code][1],
        "status": status,
        "detail": "A sentence that says what is wrong.",
        "code": code,
        "request_id": REQUEST_ID_EXAMPLE,
    }
