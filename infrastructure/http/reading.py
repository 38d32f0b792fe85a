"""Functions that read the query and the body of a request."""

import functools
from collections.abc import Callable, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import orjson
from marshmallow import ValidationError
from werkzeug.wsgi import get_content_length, get_input_stream

from infrastructure.http.cursors import PagedList
from infrastructure.http.declaration import JSON
from infrastructure.http.envelope import Environ
from infrastructure.http.fields import RELATIONSHIPS_MAX, Value
from infrastructure.http.problems import MAX_BODY_BYTES, Problem, body_too_large, invalid
from infrastructure.http.schemas import ANY_PARAMETERS, Body, Parameters

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

CACHED_QUERY_BYTES_MAX = 64

PARAMETERS_MAX = RELATIONSHIPS_MAX + 20
"""The most parameters in a query, known or not: room for a list that is sent as one parameter per item."""

ERRORS_MAX = 20
"""The most errors in an answer, so that a small request does not cause a large answer."""


def check_body_length(environ: "WSGIEnvironment") -> None:
    """Raises a `Problem` (413) if Content-Length is too large, also for routes without a body."""
    if environ.get("CONTENT_LENGTH") and (get_content_length(environ) or 0) > MAX_BODY_BYTES:
        raise body_too_large()


def check_media_type(environ: Environ) -> None:
    """Raises a `Problem` (415) unless Content-Type is JSON, and there is no Content-Encoding."""
    # The parameters are cut off and not parsed, because there may be thousands of them.
    if environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower() != JSON:
        raise _unsupported("The body must be sent as application/json.", "Content-Type")
    if environ.get("HTTP_CONTENT_ENCODING", "").strip(" \t"):
        raise _unsupported("The body must be sent without a Content-Encoding.", "Content-Encoding")


def _unsupported(detail: str, header: str) -> Problem:
    where = {"header": header, "detail": detail}
    # RFC 9110, section 15.5.16: the codings that a request may have.
    return Problem("unsupported-media-type", detail, errors=[where], headers={"Accept-Encoding": "identity"})


def read_position(pages: PagedList, owner: str, query: str) -> tuple[int, ...] | None:
    """Returns the positions in the query's cursor, None without one; raises a `Problem` (400) if it is not valid."""
    if not query:
        return None
    cursor = dict(reversed(_pairs(query))).get("cursor")
    return None if cursor is None else pages.position(owner, cursor)


def read_body(body: Body[Value], environ: "WSGIEnvironment") -> Value:
    """Returns the value of the body; raises a `Problem` (400, 413 or 422) if it is not valid."""
    # One byte more than allowed, because Werkzeug silently truncates a longer body that has no Content-Length.
    sent = get_input_stream(environ, max_content_length=MAX_BODY_BYTES + 1).read()
    if len(sent) > MAX_BODY_BYTES:
        raise body_too_large()
    try:
        document = orjson.loads(sent)
    except orjson.JSONDecodeError as error:
        # Only the parser's message, because the exception itself contains the whole body.
        detail = f"The body is not valid JSON: {error.msg}."
        raise Problem("malformed-body", detail, errors=[{"pointer": "", "detail": detail}]) from None
    if not isinstance(document, dict):
        raise invalid("The body must be a JSON object.", pointer="")
    try:
        return body.read(document)
    except ValidationError as error:
        raise _invalid_fields(error, lambda field: {"pointer": _pointer(field)}) from None


def read_query(parameters: Parameters[Value], query: str) -> Value:
    """Returns the value of the query; raises a `Problem` (422) if it is not valid."""
    if parameters is ANY_PARAMETERS:
        query = ""
    # Readers send the same few short queries, and to check one with a schema takes longer than the read itself.
    short = len(query) <= CACHED_QUERY_BYTES_MAX
    value: Value = (_read_query_cached if short else _read_query)(parameters, query)
    return value


def _read_query(parameters: Parameters[Any], query: str) -> Any:  # noqa: ANN401 - `lru_cache` loses the type
    sent: dict[str, str] = {}
    for name, value in _pairs(query):
        if name in parameters.ignored:
            continue
        if name in sent and name not in parameters.lists:
            raise invalid("This parameter is given more than once.", parameter=name)
        sent[name] = f"{sent[name]},{value}" if name in sent else value
    try:
        return parameters.read(sent)
    except ValidationError as error:
        raise _invalid_fields(error, lambda field: {"parameter": field}) from None


_read_query_cached = functools.lru_cache(maxsize=1024)(_read_query)


def _pairs(query: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query, keep_blank_values=True, max_num_fields=PARAMETERS_MAX)
    except ValueError:
        raise Problem("invalid-input", f"A query has at most {PARAMETERS_MAX} parameters.") from None


def _invalid_fields(error: ValidationError, where: Callable[[str], Mapping[str, str]]) -> Problem:
    # The traceback's frames hold the error: without this, each such answer leaves a cycle for the collector.
    error.__traceback__ = None
    first = islice(error.messages_dict.items(), ERRORS_MAX)
    errors = [{**where(field), "detail": " ".join(messages)} for field, messages in first]
    return Problem("invalid-input", errors[0]["detail"], errors=errors)


def _pointer(field: str) -> str:
    return "/" + field.replace("~", "~0").replace("/", "~1")
