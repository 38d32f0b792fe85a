"""Swagger UI, served from the package that contains it."""

from flask import Blueprint, Response, request
from flask_swagger_ui import get_swaggerui_blueprint

PAGE = "/docs/"

POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Users type tokens into this page, so it may only talk to its own host, and other sites may not frame it."""

_TIMES_AND_RANGES = ("HTTP_IF_MODIFIED_SINCE", "HTTP_IF_UNMODIFIED_SINCE", "HTTP_IF_RANGE", "HTTP_RANGE")


def docs_blueprint() -> Blueprint:
    """Returns the routes of `/docs/`: a page to read and try the OpenAPI document, with no resources of other hosts."""
    blueprint: Blueprint = get_swaggerui_blueprint(
        "/docs",
        "/openapi.json",
        config={
            "app_name": "Perch",
            "tryItOutEnabled": True,
            "validatorUrl": None,
            # Not used, but its default would repeat the caller's Host header in the page.
            "oauth2RedirectUrl": f"{PAGE}oauth2-redirect.html",
        },
        blueprint_name="docs",
    )

    @blueprint.get("")
    def without_slash() -> Response:
        # Werkzeug's own redirect contains scheme and host, which a gateway may have changed.
        return Response(status=308, headers={"Location": PAGE}, mimetype="text/plain")

    @blueprint.before_request
    def without_times_and_ranges() -> None:
        # Werkzeug raises for a time beyond those of `datetime`. ETags say whether a file has changed.
        for header in _TIMES_AND_RANGES:
            request.environ.pop(header, None)

    @blueprint.after_request
    def with_policy(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        return response

    return blueprint
