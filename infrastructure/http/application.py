"""The Flask application."""

import re
from collections.abc import Sequence

from flask import Blueprint, Flask
from flask_cors import CORS

from infrastructure.http.envelope import Observe, with_envelope
from infrastructure.http.problems import answer_errors_as_problems
from infrastructure.http.slim_flask import SlimFlask

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


def create_app(
    blueprints: Sequence[Blueprint], cors_origins: Sequence[str] = (), observers: Sequence[Observe] = ()
) -> Flask:
    """A Flask application of these blueprints, with request ids and problems, open to pages of these origins.

    The observers are told of every answer; whatever they raise would spoil it.
    """
    app = SlimFlask("perch")
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
