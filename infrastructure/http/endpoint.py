"""The checks of every request, in the order of the HTTP contract."""

import functools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Generic, NamedTuple

from infrastructure.http.declaration import Caller, Declaration
from infrastructure.http.envelope import ARRIVED_AT, CALLER, MORE_HEADERS, REQUEST_ID, Headers
from infrastructure.http.fields import Value
from infrastructure.http.identity import Identity
from infrastructure.http.problems import Problem, problem_of
from infrastructure.http.reading import check_body_length, check_media_type, read_body, read_position, read_query
from infrastructure.http.reply import Reply
from infrastructure.http.schemas import NO_PARAMETERS, Body
from infrastructure.time_left import begin_request, end_request

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


class Call(NamedTuple, Generic[Value]):
    """A request that passed its route's checks."""

    environ: "WSGIEnvironment"
    path: Mapping[str, str]
    """The values in the path, by name."""
    caller: str
    """The caller's user id; empty if the route does not require a user."""
    position: tuple[int, ...] | None
    """The positions in the cursor; None on the first page."""
    taken: Value
    """The value of the query or the body."""


View = Callable[[Call[Value]], Reply]


class Endpoint(Generic[Value]):
    """A view behind the checks that its route declares. The router calls it without Flask."""

    def __init__(
        self,
        declared: Declaration[Value],
        view: View[Value],
        identity: Identity,
    ) -> None:
        functools.update_wrapper(self, view)
        self.declared = declared
        self._view = view
        self._identity = identity
        access = identity.schemes.access(declared.caller)
        self._private: Headers = []
        if access is not None:
            self._private = [("Cache-Control", declared.cache_control), ("Vary", access.header)]

    def __call__(self, environ: "WSGIEnvironment", path: Mapping[str, str]) -> Reply:
        """Returns the view's answer to these path values, or the problem for the error that it or a check raised."""
        begin_request(environ.get(ARRIVED_AT))
        try:
            return self._view(self._checked(environ, path))
        except Exception as error:  # noqa: BLE001 - `problem_of` logs it if it is not the caller's fault
            return problem_of(error).response(environ[REQUEST_ID])
        finally:
            end_request()

    def _checked(self, environ: "WSGIEnvironment", path: Mapping[str, str]) -> Call[Value]:
        declared = self.declared
        query: str = environ.get("QUERY_STRING", "")
        name = self._known_caller(environ, path)
        check_body_length(environ)
        takes = declared.takes
        if isinstance(takes, Body):
            check_media_type(environ)
        caller = ""
        if name is not None:
            caller = environ[CALLER] = self._identity.user_id(name)
        position = None
        if declared.pages is not None:
            position = read_position(declared.pages, caller or path.get("user_id", ""), query)
        if isinstance(takes, Body):
            taken = read_body(takes, environ)
            read_query(NO_PARAMETERS, query)
        else:
            taken = read_query(takes, query)
        return Call(environ, path, caller, position, taken)

    def _known_caller(self, environ: "WSGIEnvironment", path: Mapping[str, str]) -> str | None:
        """Returns the caller's name as it was sent; None if the route does not require a user."""
        if self.declared.caller is Caller.ANYBODY:
            return None
        environ[MORE_HEADERS] += self._private
        if self.declared.caller is Caller.ADMIN:
            self._identity.check_admin(environ)
            return None
        name = self._identity.identify(environ)
        me = path.get("me", "me")
        if me not in ("me", name):
            raise Problem("forbidden", f"This belongs to {me}.")
        return name


class Endpoints:
    """Makes endpoints of views, as a decorator."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity

    def __call__(self, declared: Declaration[Value]) -> Callable[[View[Value]], Endpoint[Value]]:
        return lambda view: Endpoint(declared, view, self._identity)
