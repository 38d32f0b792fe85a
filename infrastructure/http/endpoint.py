"""The checks that every request goes through, in the order of the HTTP contract."""

import enum
import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qsl

import orjson
from flask import Response, request
from marshmallow import Schema, ValidationError
from werkzeug.wsgi import get_content_length, get_input_stream

from infrastructure.http.cursors import PagedList
from infrastructure.http.envelope import CALLER, MORE_HEADERS, REQUEST_ID, Headers
from infrastructure.http.identity import Identity
from infrastructure.http.problems import MAX_BODY_BYTES, Problem, body_too_large, invalid, problem_of
from infrastructure.http.schemas import NoParameters

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

CACHED_QUERY_BYTES_MAX = 64

PARAMETERS_MAX = 20
"""Of a query, whatever they are called; no route has so many."""

ERRORS_MAX = 20
"""An answer tells the first ones, so that a small request does not make a large answer."""

JSON = "application/json"

View = Callable[..., Response]

_NO_PARAMETERS = NoParameters()


class Caller(enum.Enum):
    """Who may call a route."""

    ANYBODY = enum.auto()
    USER = enum.auto()
    ADMIN = enum.auto()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a route answers when all goes well: status, body, headers of its own with an example each, media type."""

    status: int
    schema: Schema | None = None
    headers: Mapping[str, str] | None = None
    media_type: str = JSON


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a view needs, handed over as `caller`, `query`, `body` and `position`, and what it answers.

    A view that takes `environ` as well is given the WSGI environment; Flask's own `request` may not be there.
    `position` is what the cursor holds, None on the first of the `pages`. A view whose path starts with
    ``/v1/users/<me>`` serves that user alone, under the name `me` or their own id. `problems` are the codes of those
    that the checks declared here do not give.
    """

    answer: Answer
    caller: Caller = Caller.ANYBODY
    query: Schema = _NO_PARAMETERS
    body: Schema | None = None
    pages: PagedList | None = None
    limited: bool = False
    problems: tuple[str, ...] = ()


class WriteLimit(Protocol):
    """Says how often a caller may still write."""

    def headers(self, user_id: str) -> Headers: ...


class Endpoint:
    """A view behind the checks that it declares. Flask can call it; `answer` needs nothing of Flask's."""

    def __init__(
        self, declared: Declaration, view: View, identity: Identity, private: Headers, write_limit: WriteLimit | None
    ) -> None:
        functools.update_wrapper(self, view)
        self.declared = declared
        self._view = view
        self._takes_environ = "environ" in inspect.signature(view).parameters
        self._identity = identity
        self._private: Callable[[], Headers] = lambda: private
        self._write_limit = write_limit if declared.limited else None

    def __call__(self, **arguments: Any) -> Response:  # noqa: ANN401 - the view declares its own arguments
        return self.answer(request.environ, arguments)

    def answer(self, environ: "WSGIEnvironment", arguments: dict[str, Any]) -> Response:
        """What the view answers to these arguments of the path, or the problem of what it or a check raises."""
        try:
            self._check(environ, arguments)
            return self._view(**arguments)
        except Exception as error:  # noqa: BLE001 - logged where it is not the caller's fault
            return problem_of(error).response(environ[REQUEST_ID])

    def _check(self, environ: "WSGIEnvironment", arguments: dict[str, Any]) -> None:
        """Adds what the checks let through to the arguments."""
        declared = self.declared
        asked: str = environ.get("QUERY_STRING", "")
        name = self._known_caller(environ, arguments)
        _check_body_headers(declared.body, environ)
        if name is not None:
            arguments["caller"] = environ[CALLER] = self._identity.user_id(name)
        if declared.pages is not None:
            owner = arguments.get("caller") or arguments.get("user_id", "")
            arguments["position"] = _position(declared.pages, owner, asked)
        if declared.body is not None:
            arguments["body"] = _load_body(declared.body, environ)
        if declared.query is not _NO_PARAMETERS:
            arguments["query"] = _load_query(declared.query, asked)
        elif asked:
            _load_query(declared.query, asked)
        if self._takes_environ:
            arguments["environ"] = environ

    def _known_caller(self, environ: "WSGIEnvironment", arguments: dict[str, Any]) -> str | None:
        """The caller's name as it was sent, for a route that serves a user."""
        if self.declared.caller is Caller.ANYBODY:
            return None
        environ[MORE_HEADERS].append(self._private)
        if self.declared.caller is Caller.ADMIN:
            self._identity.check_admin(environ)
            return None
        name = self._identity.identify(environ)
        if self._write_limit is not None:
            environ[MORE_HEADERS].append(functools.partial(self._write_limit.headers, name))
        me = arguments.pop("me", "me")
        if me not in ("me", name):
            raise Problem("forbidden", f"This belongs to {me}.")
        return name


class Endpoints:
    """Makes views out of functions: each first runs the checks that it declares."""

    def __init__(self, identity: Identity, write_limit: WriteLimit | None = None) -> None:
        private = [("Cache-Control", "private, no-store"), ("Vary", identity.header)]
        self._more = identity, private, write_limit

    def __call__(self, declared: Declaration) -> Callable[[View], Endpoint]:
        return lambda view: Endpoint(declared, view, *self._more)


def _check_body_headers(body: Schema | None, environ: "WSGIEnvironment") -> None:
    if environ.get("CONTENT_LENGTH") and (get_content_length(environ) or 0) > MAX_BODY_BYTES:
        raise body_too_large()
    # Without its parameters: there may be thousands.
    if body is not None and environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower() != JSON:
        detail = "The body must be sent as application/json."
        where = {"header": "Content-Type", "detail": detail}
        raise Problem("unsupported-media-type", detail, errors=[where])


def _position(pages: PagedList, owner: str, query: str) -> tuple[int, ...] | None:
    if not query:
        return None
    cursor = dict(reversed(_pairs(query))).get("cursor")
    return None if cursor is None else pages.position(owner, cursor)


def _pairs(query: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query, keep_blank_values=True, max_num_fields=PARAMETERS_MAX)
    except ValueError:
        raise Problem("invalid-input", f"A query has at most {PARAMETERS_MAX} parameters.") from None


def _load_body(schema: Schema, environ: "WSGIEnvironment") -> object:
    # One more than it may have: of a longer one without a length Werkzeug hands over this much and says nothing.
    body = get_input_stream(environ, max_content_length=MAX_BODY_BYTES + 1).read()
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


def _load_query(schema: Schema, query: str) -> object:
    # Readers send the same few short query strings, and a schema takes longer than the read itself.
    short = len(query) <= CACHED_QUERY_BYTES_MAX
    return (_parse_query_cached if short else _parse_query)(schema, query)


def _parse_query(schema: Schema, query: str) -> object:
    parameters: dict[str, str] = {}
    for name, value in _pairs(query):
        if name in parameters:
            raise invalid("This parameter is given more than once.", parameter=name)
        parameters[name] = value
    try:
        return schema.load(parameters)
    except ValidationError as error:
        raise _invalid_fields(error, lambda field: {"parameter": field}) from None


_parse_query_cached = functools.lru_cache(maxsize=1024)(_parse_query)


def _invalid_fields(error: ValidationError, where: Callable[[str], Mapping[str, str]]) -> Problem:
    # Marshmallow's frame holds the error that holds the frame; a cycle in each such answer would be left to be found.
    error.__traceback__ = None
    first = islice(error.messages_dict.items(), ERRORS_MAX)
    errors = [{**where(field), "detail": " ".join(messages)} for field, messages in first]
    return Problem("invalid-input", errors[0]["detail"], errors=errors)


def _pointer(field: str) -> str:
    return "/" + field.replace("~", "~0").replace("/", "~1")
