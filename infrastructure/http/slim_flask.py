"""Flask by a shorter way, because its own to a view takes longer than the read of a home timeline."""

import functools
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NoReturn

from flask import Flask, Request, Response, request_tearing_down
from flask.globals import request_ctx
from flask.sessions import NullSession, SessionInterface
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, NotFound

from infrastructure.http.endpoint import Endpoint
from infrastructure.http.envelope import ROUTE
from infrastructure.http.rendering import no_content
from infrastructure.http.routes import path_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

MATCHES_KEPT = 256
MATCHED_PATH_KEPT_MAX = 128
"""Characters; paths with user ids are shorter."""

ROUTING_ERROR = "perch.routing_error"
"""Where the WSGI environment holds why no route matched, so that Flask need not look again."""

ASKED_HEADERS = "Access-Control-Request-Headers"
ASKED_HEADERS_MAX = 1024
"""Bytes of names that a page asks for; all that it may have are not 100."""


class _NoSessions(SessionInterface):
    _none = NullSession()

    def open_session(self, app: Flask, request: Request) -> NullSession:  # noqa: ARG002 - the same for all
        return self._none


class SlimFlask(Flask):
    """Routes depend on neither host nor scheme, there are no sessions, `url_for` does not work, no view is a coroutine.

    An `Endpoint` answers without Flask's error handlers and, where no hook is registered for it, without contexts and
    signals. All else works as in Flask.
    """

    session_interface = _NoSessions()

    def __init__(self, name: str) -> None:
        super().__init__(name, static_folder=None)
        self._routes = self.url_map.bind("")
        self._match = functools.partial(self._routes.match, return_rule=True)
        # Readers ask for the same few paths, and matching one again takes as long as all checks of an endpoint.
        self._match_kept = functools.lru_cache(MATCHES_KEPT)(self._match)
        self._endpoint_kept = functools.lru_cache(MATCHES_KEPT)(self._endpoint)

    def wsgi_app(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Has an endpoint answer by itself: Flask's way to it takes longer than the read of a home timeline."""
        found = None
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        if path.isascii() and method != "OPTIONS":  # what is not ASCII, WSGI has not decoded
            find = self._endpoint_kept if len(path) <= MATCHED_PATH_KEPT_MAX else self._endpoint
            try:
                found = find(path, method)
            except HTTPException as error:
                environ[ROUTING_ERROR] = error
        if found is None:
            return super().wsgi_app(environ, start_response)
        endpoint, environ[ROUTE], arguments = found
        return endpoint.answer(environ, dict(arguments))(environ, start_response)

    def _endpoint(self, path: str, method: str) -> tuple[Endpoint, str, Mapping[str, Any]] | None:
        """The endpoint that answers by itself, its route, and the arguments in the path; None where Flask is needed.

        Raises what `match` does, so that nothing is kept of paths and methods that anybody makes up.
        """
        rule, arguments = self._match(path, method)
        view = self.view_functions[rule.endpoint]
        if not isinstance(view, Endpoint) or self._has_hooks(rule.endpoint):
            return None
        # From now on Flask refuses changes that may come too late.
        self._got_first_request = True
        return view, path_of(rule.rule), arguments

    def _has_hooks(self, name: str) -> bool:
        by_scope = (
            self.before_request_funcs,
            self.after_request_funcs,
            self.teardown_request_funcs,
            self.url_value_preprocessors,
        )
        scopes: set[str | None] = set().union(*by_scope)
        return bool(self.teardown_appcontext_funcs) or any(
            scope is None or name.startswith(f"{scope}.") for scope in scopes
        )

    def create_url_adapter(self, request: Request | None) -> None:
        """Matches at once, whatever the host; Flask, which makes an adapter for each request, matches by that alone.

        What it raises, Flask keeps for `dispatch_request`.
        """
        if request is not None:
            if ROUTING_ERROR in request.environ:
                raise request.environ.pop(ROUTING_ERROR)
            match = self._match_kept if len(request.path) <= MATCHED_PATH_KEPT_MAX else self._match
            request.url_rule, arguments = match(request.path, request.method)
            request.view_args = dict(arguments)

    def preprocess_request(self) -> ResponseReturnValue | None:
        """Looks for hooks by blueprint only where there are any."""
        hooks = self.before_request_funcs or self.url_value_preprocessors
        return super().preprocess_request() if hooks else None

    def dispatch_request(self) -> ResponseReturnValue:
        """Notes which route it is for those who observe the answer."""
        request = request_ctx.request
        rule = request.url_rule
        request.environ[ROUTE] = None if rule is None else path_of(rule.rule)
        if rule is None:
            _raise_without_cycle(request)
        if request.method == "OPTIONS":
            return super().dispatch_request()
        return self.view_functions[rule.endpoint](**request.view_args or {})  # type: ignore[return-value] # none is async

    def do_teardown_request(self, *exception: BaseException | None) -> None:
        """Looks for hooks by blueprint only where there are any."""
        if self.teardown_request_funcs or request_tearing_down.receivers:
            super().do_teardown_request(*exception)

    def make_default_options_response(self) -> Response:
        """Flask calls the body that an answer to OPTIONS does not have HTML."""
        request = request_ctx.request
        if len(request.headers.get(ASKED_HEADERS, "")) > ASKED_HEADERS_MAX:
            # The extension tries each name on each pattern; a preflight needs no identity.
            del request.environ["HTTP_ACCESS_CONTROL_REQUEST_HEADERS"]
        response = no_content()
        response.allow.update(self._routes.allowed_methods(request.path))
        return response


def _raise_without_cycle(request: Request) -> NoReturn:
    """Raises why no route matched. As Flask raises it, each such answer leaves a cycle."""
    error, request.routing_exception = request.routing_exception, None
    try:
        raise error or NotFound
    finally:
        del error
