"""The Flask application."""

from collections.abc import Sequence

from flask import Blueprint, Flask

from infrastructure.http.envelope import with_envelope
from infrastructure.http.problems import MAX_BODY_BYTES, answer_errors_as_problems


def create_app(blueprints: Sequence[Blueprint]) -> Flask:
    """A Flask application of these blueprints, with request ids and problems."""
    app = Flask("perch", static_folder=None)
    # One more than a body may have: of a longer one without a length Werkzeug hands over this much and says nothing.
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES + 1
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.url_map.merge_slashes = False
    app.wsgi_app = with_envelope(app.wsgi_app)  # type: ignore[assignment, method-assign]
    answer_errors_as_problems(app)
    for blueprint in blueprints:
        app.register_blueprint(blueprint)
    return app
