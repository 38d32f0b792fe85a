"""The Flask application."""

import functools
import re
from collections.abc import Sequence

from flask import Blueprint, Flask, Request, Response, request_tearing_down
from flask.globals import request_ctx
from flask.sessions import NullSession, SessionInterface
from flask.typing import ResponseReturnValue
from flask_cors import CORS

from infrastructure.http.envelope import ROUTE, Observe, with_envelope
from infrastructure.http.problems import MAX_BODY_BYTES, answer_errors_as_problems
from infrastructure.http.rendering import no_content
from infrastructure.http.routes import path_of

EXPOSED_HEADERS = [
    "ETag",
    "Idempotency-Replayed",
    "Link",
    "Location",
    "Retry-After",
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
    "X-Request-Id",
]
ALLOWED_HEADERS = [
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-None-Match",
    "Last-Event-ID",
    "X-User-Id",
]
ALLOWED_METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE"]
PREFLIGHT_SECONDS = 600
ASKED_HEADERS = "Access-Control-Request-Headers"
ASKED_HEADERS_MAX = 1024
"""Bytes of names that a page asks for; all that it may have are not 100."""


MATCHES_KEPT = 256
MATCHED_PATH_KEPT_MAX = 128
"""Characters; paths with user ids are shorter."""


class _NoSessions(SessionInterface):
    _none = NullSession()

    def open_session(self, app: Flask, request: Request) -> NullSession:  # noqa: ARG002 - the same for all
        return self._none


class _Application(Flask):
    """Flask without most of what it does for others: Perch has no hosts, no `url_for`, no sessions, no coroutines.

    A bare view takes twice as long with all that.
    """

    session_interface = _NoSessions()

    def __init__(self, name: str) -> None:
        super().__init__(name, static_folder=None)
        self._routes = self.url_map.bind("")
        self._match = functools.partial(self._routes.match, return_rule=True)
        # Readers ask for the same few paths, and matching one again takes as long as the checks of an endpoint.
        self._match_kept = functools.lru_cache(MATCHES_KEPT)(self._match)

    def create_url_adapter(self, request: Request | None) -> None:
        """Matches at once, whatever the host; Flask itself would for a URL adapter, which would be made each time."""
        if request is not None:
            match = self._match_kept if len(request.path) <= MATCHED_PATH_KEPT_MAX else self._match
            request.url_rule, arguments = match(request.path, request.method)
            request.view_args = dict(arguments)

    def dispatch_request(self) -> ResponseReturnValue:
        """Notes which route it is for those who observe the answer."""
        request = request_ctx.request
        rule = request.url_rule
        request.environ[ROUTE] = None if rule is None else path_of(rule.rule)
        if rule is None or request.method == "OPTIONS":
            return super().dispatch_request()
        return self.view_functions[rule.endpoint](**request.view_args or {})  # type: ignore[return-value] # none is async

    def preprocess_request(self) -> ResponseReturnValue | None:
        """Asks the request for its blueprints only where some have hooks."""
        hooks = self.before_request_funcs or self.url_value_preprocessors
        return super().preprocess_request() if hooks else None

    def do_teardown_request(self, *exception: BaseException | None) -> None:
        """Asks the request for its blueprints only where some have hooks."""
        if self.teardown_request_funcs or request_tearing_down.receivers:
            super().do_teardown_request(*exception)

    def make_default_options_response(self) -> Response:
        """Flask calls the body that an answer to OPTIONS does not have HTML."""
        if len(request_ctx.request.headers.get(ASKED_HEADERS, "")) > ASKED_HEADERS_MAX:
            # The extension tries each name on each pattern; a preflight needs no identity.
            del request_ctx.request.environ["HTTP_ACCESS_CONTROL_REQUEST_HEADERS"]
        response = no_content()
        response.allow.update(self._routes.allowed_methods(request_ctx.request.path))
        return response


def create_app(
    blueprints: Sequence[Blueprint], cors_origins: Sequence[str] = (), observers: Sequence[Observe] = ()
) -> Flask:
    """A Flask application of these blueprints, with request ids and problems, open to pages of these origins.

    The observers are told of every answer; whatever they raise would spoil it.
    """
    app = _Application("perch")
    # One more than a body may have: of a longer one without a length Werkzeug hands over this much and says nothing.
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES + 1
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = bool(cors_origins)
    app.url_map.merge_slashes = False
    app.wsgi_app = with_envelope(app.wsgi_app, observers)  # type: ignore[assignment, method-assign]
    answer_errors_as_problems(app)
    if cors_origins:
        CORS(
            app,
            # Patterns are matched exactly; of texts the extension takes some for patterns, such as http://[::1]:3000.
            origins=[re.compile(re.escape(origin) + r"\Z") for origin in cors_origins],
            methods=ALLOWED_METHODS,
            allow_headers=ALLOWED_HEADERS,
            expose_headers=EXPOSED_HEADERS,
            max_age=PREFLIGHT_SECONDS,
        )
    for blueprint in blueprints:
        app.register_blueprint(blueprint)
    return app
