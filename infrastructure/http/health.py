"""Routes for those who watch the process."""

from collections.abc import Callable

from flask import Blueprint, Response

from infrastructure.http import answers
from infrastructure.http.endpoint import Answer, Declaration, Endpoints
from infrastructure.http.problems import Problem
from infrastructure.http.rendering import json_response

LIVE = Declaration(Answer(200, answers.Health()))
READY = Declaration(Answer(200, answers.Health()), problems=("unavailable",))


def health_blueprint(endpoint: Endpoints, is_ready: Callable[[], bool]) -> Blueprint:
    """`/livez`: the process answers. `/readyz`: it wants requests, which it does not while it starts or drains."""
    routes = Blueprint("health", __name__)

    @routes.get("/livez")
    @endpoint(LIVE)
    def livez() -> Response:
        """Tell that the process answers."""
        return json_response(b'{"status":"alive"}')

    @routes.get("/readyz")
    @endpoint(READY)
    def readyz() -> Response:
        """Tell whether the process wants requests."""
        if not is_ready():
            raise Problem("unavailable", "Perch is starting or stopping.", headers={"Retry-After": "1"})
        return json_response(b'{"status":"ready"}')

    return routes
