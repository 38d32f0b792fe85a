"""The router to the endpoints. Flask's own dispatch takes longer than the read of a home timeline."""

import functools
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from flask import Flask
from werkzeug.exceptions import HTTPException

from infrastructure.http.endpoint import Endpoint
from infrastructure.http.envelope import REQUEST_ID, ROUTE
from infrastructure.http.problems import problem_of
from infrastructure.http.reply import Reply

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MATCHES_KEPT = 256
MATCHED_PATH_KEPT_MAX = 128
"""The longest path whose match is cached, in characters; paths with user ids are shorter."""


def path_of(rule: str) -> str:
    """Returns the path of a URL rule as in the OpenAPI document, for example ``/v1/users/me/following/{user_id}``."""
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.replace("<me>", "me"))


class Router:
    """A WSGI application in front of a Flask application.

    It matches Flask's URL rules, for any host and scheme. Endpoints are called without Flask's contexts, hooks and
    signals; Flask calls the other views. OPTIONS, and paths and methods without a rule, are answered here.
    """

    def __init__(self, app: Flask) -> None:
        self._flask = app.wsgi_app
        self._views = app.view_functions
        self._routes = app.url_map.bind("")
        # Readers request the same few paths, and to match one takes as long as all checks of an endpoint.
        self._find_kept = functools.lru_cache(MATCHES_KEPT)(self._find)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path: str = environ["PATH_INFO"]
        if not path.isascii():
            path = path.encode("latin-1").decode(errors="replace")
        find = self._find_kept if len(path) <= MATCHED_PATH_KEPT_MAX else self._find
        try:
            answer, environ[ROUTE] = find(path, environ["REQUEST_METHOD"])
        except HTTPException as error:
            answer = problem_of(error).response(environ[REQUEST_ID])
        return answer(environ, start_response)

    def _find(self, path: str, method: str) -> tuple["WSGIApplication", str]:
        """Returns the WSGI application that answers, and its route.

        Raises what `match` raises, so that paths and methods without a rule are not cached.
        """
        rule, arguments = self._routes.match(path, method, return_rule=True)
        view = self._views[rule.endpoint]
        route = path_of(rule.rule)
        if method == "OPTIONS":
            allow = ", ".join(sorted(self._routes.allowed_methods(path)))
            return Reply(204, [("Allow", allow)]), route
        if isinstance(view, Endpoint):
            return functools.partial(_call, view, arguments), route
        return self._flask, route


def _call(
    endpoint: Endpoint[Any],
    arguments: Mapping[str, str],
    environ: "WSGIEnvironment",
    start_response: "StartResponse",
) -> Iterable[bytes]:
    return endpoint(environ, arguments)(environ, start_response)
