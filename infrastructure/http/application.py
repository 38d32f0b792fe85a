"""The Flask application."""

from collections.abc import Sequence

from flask import Blueprint, Flask

from infrastructure.http.cors import Cors
from infrastructure.http.envelope import Observe, with_envelope
from infrastructure.http.problems import answer_errors_as_problems
from infrastructure.http.router import Router


def create_app(
    blueprints: Sequence[Blueprint], cors_origins: Sequence[str] = (), observers: Sequence[Observe] = ()
) -> Flask:
    """Returns a Flask application of these blueprints, with request ids, problems, and CORS for these origins.

    The observers are called for every answer. They must not raise, because that would break the answer.
    """
    app = Flask("perch", static_folder=None)
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = bool(cors_origins)
    app.url_map.merge_slashes = False
    answer_errors_as_problems(app)
    for blueprint in blueprints:
        app.register_blueprint(blueprint)
    cors = Cors(cors_origins).headers_for if cors_origins else None
    app.wsgi_app = with_envelope(Router(app), observers, cors)  # type: ignore[assignment, method-assign] # as Flask's manual has it
    return app
