"""Routes for those who watch the process."""

from collections.abc import Callable

from flask import Blueprint, Response

from infrastructure.http.endpoint import endpoint
from infrastructure.http.problems import Problem
from infrastructure.http.rendering import json_response


def health_blueprint(is_ready: Callable[[], bool]) -> Blueprint:
    """`/livez`: the process answers. `/readyz`: it wants requests, which it does not while it starts or drains."""
    routes = Blueprint("health", __name__)

    @routes.get("/livez")
    @endpoint()
    def livez() -> Response:
        return json_response(b'{"status":"alive"}')

    @routes.get("/readyz")
    @endpoint()
    def readyz() -> Response:
        if not is_ready():
            raise Problem("unavailable", "Perch is starting or stopping.", headers={"Retry-After": "1"})
        return json_response(b'{"status":"ready"}')

    return routes
