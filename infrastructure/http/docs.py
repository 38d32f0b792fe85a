"""Swagger UI, served from the package that ships it."""

from flask import Blueprint, Response
from flask_swagger_ui import get_swaggerui_blueprint

PAGE = "/docs/"

POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Whoever tries the interface types a token into this page: it talks to its own host only, in no frame of another's."""


def docs_blueprint() -> Blueprint:
    """`/docs/`: a page to read and try the OpenAPI document in; nothing comes from elsewhere."""
    blueprint: Blueprint = get_swaggerui_blueprint(
        "/docs",
        "/openapi.json",
        config={
            "app_name": "Perch",
            "tryItOutEnabled": True,
            "validatorUrl": None,
            # Not used; without it the page would repeat the caller's Host header.
            "oauth2RedirectUrl": f"{PAGE}oauth2-redirect.html",
        },
        blueprint_name="docs",
    )

    @blueprint.get("")
    def without_slash() -> Response:
        # Werkzeug's own redirect names the scheme and host, which a gateway in front may have changed.
        return Response(status=308, headers={"Location": PAGE}, mimetype="text/plain")

    @blueprint.after_request
    def with_policy(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        return response

    return blueprint
