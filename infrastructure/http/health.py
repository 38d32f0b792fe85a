"""Health checks."""

from collections.abc import Callable

from flask import Blueprint

from infrastructure.http import answers
from infrastructure.http.declaration import Answer, Declaration
from infrastructure.http.endpoint import Call, Endpoints
from infrastructure.http.problems import Problem
from infrastructure.http.rendering import json_response
from infrastructure.http.reply import Reply
from infrastructure.http.schemas import ANY_PARAMETERS

LIVE = Declaration(Answer(200, answers.Health()), ANY_PARAMETERS)
READY = Declaration(Answer(200, answers.Health()), ANY_PARAMETERS, problems=("unavailable",))

NOT_READY = "Perch is starting or stopping, or cannot write to its database."


def health_blueprint(endpoint: Endpoints, is_ready: Callable[[], bool]) -> Blueprint:
    """Returns the routes of `/livez` and `/readyz` (503 while the process starts or drains, or cannot write)."""
    routes = Blueprint("health", __name__)

    @routes.get("/livez")
    @endpoint(LIVE)
    def livez(_: Call[None]) -> Reply:
        """Report that the process is alive."""
        return json_response(b'{"status":"alive"}')

    @routes.get("/readyz")
    @endpoint(READY)
    def readyz(_: Call[None]) -> Reply:
        """Report whether the process is ready for requests."""
        if not is_ready():
            raise Problem("unavailable", NOT_READY, headers={"Retry-After": "1"})
        return json_response(b'{"status":"ready"}')

    return routes
