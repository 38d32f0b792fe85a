"""The checks that every request goes through, in the order of the HTTP contract."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import orjson
from flask import Response, request
from marshmallow import Schema, ValidationError

from domain.errors import InvalidInput
from domain.user import User
from infrastructure.http.cursors import PagedList
from infrastructure.http.envelope import IDENTITY_HEADER, PRIVATE
from infrastructure.http.problems import MAX_BODY_BYTES, Problem, body_too_large, invalid
from infrastructure.http.schemas import NoParameters

CACHED_QUERY_BYTES_MAX = 64

View = Callable[..., Response]

_NO_PARAMETERS = NoParameters()


@dataclass(frozen=True, slots=True)
class endpoint:  # noqa: N801 - it is used as a decorator
    """Declares what a view needs, and hands it over as `caller`, `query`, `body` and `position`, where it does so.

    `position` is what the cursor holds, None on the first of the `pages`. A view whose path starts with
    ``/v1/users/<me>`` serves that user alone, under the name `me` or their own id.
    """

    identity: bool = False
    query: Schema | None = None
    body: Schema | None = None
    pages: PagedList | None = None

    def __call__(self, view: View) -> View:
        @functools.wraps(view)
        def checked(**arguments: Any) -> Response:  # noqa: ANN401 - the view declares its own arguments
            name = self._check_caller(arguments) if self.identity else ""
            self._check_body_headers()
            if self.identity:
                arguments["caller"] = _user_id(name)
            if self.pages is not None:
                arguments["position"] = _position(self.pages, arguments.get("caller") or arguments["user_id"])
            if self.body is not None:
                arguments["body"] = _load_body(self.body)
            self._load_query(arguments)
            return view(**arguments)

        return checked

    def _check_caller(self, arguments: dict[str, Any]) -> str:
        name = _identity_header()
        me = arguments.pop("me", "me")
        if me not in ("me", name):
            raise Problem("forbidden", f"This belongs to {me}.")
        return name

    def _check_body_headers(self) -> None:
        if (request.content_length or 0) > MAX_BODY_BYTES:
            raise body_too_large()
        if self.body is not None and request.mimetype != "application/json":
            detail = "The body must be sent as application/json."
            where = {"header": "Content-Type", "detail": detail}
            raise Problem("unsupported-media-type", detail, errors=[where])

    def _load_query(self, arguments: dict[str, Any]) -> None:
        if self.query is not None:
            arguments["query"] = _load_query(self.query, request.query_string)
        elif request.query_string:
            _load_query(_NO_PARAMETERS, request.query_string)


def _identity_header() -> str:
    environ = request.environ
    environ[PRIVATE] = True
    header: str = environ.get("HTTP_X_USER_ID", "").strip(" \t")
    if not header:
        detail = f"This needs the header {IDENTITY_HEADER}."
        raise Problem(
            "unauthenticated",
            detail,
            errors=[{"header": IDENTITY_HEADER, "detail": detail}],
            headers={"WWW-Authenticate": f'{IDENTITY_HEADER} realm="perch"'},
        )
    return header


def _user_id(header: str) -> str:
    try:
        return User(header).id
    except InvalidInput as error:
        where = {"header": IDENTITY_HEADER, "detail": str(error)}
        raise Problem("malformed-identity", str(error), errors=[where]) from None


def _position(pages: PagedList, owner: str) -> tuple[int, ...] | None:
    if not request.query_string:
        return None
    cursor = dict(reversed(_pairs(request.query_string))).get("cursor")
    return None if cursor is None else pages.position(owner, cursor)


def _pairs(query_string: bytes) -> list[tuple[str, str]]:
    # Not `request.args`, which fails on bytes that are not UTF-8.
    return parse_qsl(query_string.decode("latin-1"), keep_blank_values=True)


def _load_body(schema: Schema) -> object:
    body = request.get_data(cache=False)
    if len(body) > MAX_BODY_BYTES:
        raise body_too_large()
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        # Only what the parser says: the exception itself carries the whole body.
        detail = f"The body is not JSON that can be read: {error.msg}."
        raise Problem("malformed-body", detail, errors=[{"pointer": "", "detail": detail}]) from None
    if not isinstance(document, dict):
        raise invalid("The body must be a JSON object.", pointer="")
    try:
        return schema.load(document)
    except ValidationError as error:
        raise _invalid_fields(error, lambda field: {"pointer": _pointer(field)}) from None


def _load_query(schema: Schema, query_string: bytes) -> object:
    # Readers send the same few short query strings, and a schema takes longer than the read itself.
    short = len(query_string) <= CACHED_QUERY_BYTES_MAX
    return (_parse_query_cached if short else _parse_query)(schema, query_string)


def _parse_query(schema: Schema, query_string: bytes) -> object:
    parameters: dict[str, str] = {}
    for name, value in _pairs(query_string):
        if name in parameters:
            raise invalid("This parameter is given more than once.", parameter=name)
        parameters[name] = value
    try:
        return schema.load(parameters)
    except ValidationError as error:
        raise _invalid_fields(error, lambda field: {"parameter": field}) from None


_parse_query_cached = functools.lru_cache(maxsize=1024)(_parse_query)


def _invalid_fields(error: ValidationError, where: Callable[[str], Mapping[str, str]]) -> Problem:
    errors = [{**where(field), "detail": " ".join(messages)} for field, messages in error.messages_dict.items()]
    return Problem("invalid-input", errors[0]["detail"], errors=errors)


def _pointer(field: str) -> str:
    return "/" + field.replace("~", "~0").replace("/", "~1")
