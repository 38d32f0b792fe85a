"""Swagger UI, served from the package that ships it."""

from flask import Blueprint, Response
from flask_swagger_ui import get_swaggerui_blueprint

PAGE = "/docs/"


def docs_blueprint() -> Blueprint:
    """`/docs/`: a page to read and try the OpenAPI document in; nothing comes from elsewhere."""
    blueprint: Blueprint = get_swaggerui_blueprint(
        "/docs",
        "/openapi.json",
        config={
            "app_name": "Perch",
            "tryItOutEnabled": True,
            "persistAuthorization": True,
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

    return blueprint
