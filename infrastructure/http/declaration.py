"""Declarations of routes: the callers allowed, the input and the answer."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic

from marshmallow import Schema

from infrastructure.http.cursors import PagedList
from infrastructure.http.fields import Value
from infrastructure.http.schemas import NO_PARAMETERS, Body, Parameters

JSON = "application/json"


class Caller(enum.Enum):
    """The kinds of callers that a route may require."""

    ANYBODY = enum.auto()
    USER = enum.auto()
    ADMIN = enum.auto()


@dataclass(frozen=True, slots=True)
class Header:
    """A header of an answer, for the OpenAPI document."""

    name: str
    description: str
    example: str
    always: bool = True


@dataclass(frozen=True, slots=True)
class RequestHeader:
    """A header of a request, other than the identity headers, with its JSON schema."""

    name: str
    description: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Link:
    """An OpenAPI link: a follow-up operation, and the places in the answer of its parameters."""

    name: str
    operation: str
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """A route's answer on success. `headers` are those that are specific to the route."""

    status: int
    schema: Schema | None = None
    headers: Sequence[Header] = ()
    media_type: str = JSON
    links: Sequence[Link] = ()


@dataclass(frozen=True, slots=True)
class Declaration(Generic[Value]):
    """A route's requirements and its answer.

    `takes` is the schema of the query or the body. `pages` is the list whose cursors it reads. A path that starts with
    ``/v1/users/<me>`` serves only that user, as `me` or by their own id. `cache_control` is for callers other than
    `ANYBODY`. `problems` are the codes of problems that do not follow from the checks declared here.
    """

    answer: Answer
    takes: Parameters[Value] | Body[Value]
    caller: Caller = Caller.ANYBODY
    pages: PagedList | None = None
    limited: bool = False
    cache_control: str = "private, no-store"
    problems: tuple[str, ...] = ()
    headers: Sequence[RequestHeader] = ()

    @property
    def query(self) -> Parameters[Any]:
        return self.takes if isinstance(self.takes, Parameters) else NO_PARAMETERS

    @property
    def body(self) -> Body[Any] | None:
        return self.takes if isinstance(self.takes, Body) else None
