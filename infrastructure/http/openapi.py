"""The OpenAPI document, generated from the routes' declarations."""

from typing import Any

import orjson
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Blueprint, Flask
from marshmallow import fields

from infrastructure.http import answers
from infrastructure.http.declaration import Answer, Declaration
from infrastructure.http.endpoint import Call, Endpoint, Endpoints
from infrastructure.http.fields import DescribedField, UserIdList
from infrastructure.http.identity import SecuritySchemes
from infrastructure.http.openapi_operation import Operation, problem_example
from infrastructure.http.problems import MAX_BODY_BYTES, PROBLEMS
from infrastructure.http.rendering import json_response
from infrastructure.http.reply import Reply
from infrastructure.http.router import path_of
from infrastructure.http.schemas import NO_PARAMETERS

DESCRIPTION = """Publish short tweets, follow people, read exact home timelines.

Times are RFC 3339 in UTC with milliseconds, ids are strings. Every error is an RFC 9457 problem. In a path, `me` may be
replaced by the caller's own user id."""


def openapi_blueprint(endpoint: Endpoints, security: SecuritySchemes) -> Blueprint:
    """Returns the route `/openapi.json`."""
    routes = Blueprint("openapi", __name__)
    rendered: list[bytes] = []
    apps: list[Flask] = []
    routes.record_once(lambda state: apps.append(state.app))  # type: ignore[arg-type] # its type is that of all scaffolds

    @routes.get("/openapi.json")
    @endpoint(Declaration(Answer(200), NO_PARAMETERS))
    def openapi(_: Call[None]) -> Reply:
        """Get this document."""
        if not rendered:
            rendered.append(orjson.dumps(describe(apps[0], security), option=orjson.OPT_INDENT_2))
        return json_response(rendered[0])

    return routes


def describe(app: Flask, security: SecuritySchemes) -> dict[str, Any]:
    """Returns the OpenAPI document of all endpoints of this application."""
    plugin = MarshmallowPlugin()
    spec = APISpec(
        title="Perch",
        version="1",
        openapi_version="3.1.0",
        info={"description": DESCRIPTION, "license": {"name": "MIT", "identifier": "MIT"}},
        servers=[{"url": "/"}],
        plugins=[plugin],
    )
    if plugin.converter is not None:
        plugin.converter.add_attribute_function(_own_fields)  # type: ignore[no-untyped-call]
        plugin.converter.add_parameter_attribute_function(_own_parameters)
    for name, scheme in security.components.items():
        spec.components.security_scheme(name, dict(scheme))
    spec.components.schema("Problem", _problem_schema())
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        view = app.view_functions[rule.endpoint]
        if isinstance(view, Endpoint):
            method = next(iter((rule.methods or set()) - {"HEAD", "OPTIONS"})).lower()
            operation = Operation(rule, view, security).document()
            spec.path(path=path_of(rule.rule), operations={method: operation})
    document: dict[str, Any] = spec.to_dict()
    for name, more in _SCHEMA_EXTRAS.items():
        document["components"]["schemas"][name] |= more
    return document


_SCHEMA_EXTRAS = {
    "RedriveBody": {"minProperties": 1, "maxProperties": 1, "example": {"ids": [answers.TWEET_ID]}},
}
"""The parts of schemas that express checks across fields."""


def _own_fields(_: object, field: fields.Field[Any], **__: object) -> dict[str, Any]:
    return dict(field.described) if isinstance(field, DescribedField) else {}


def _own_parameters(_: object, field: fields.Field[Any], **__: object) -> dict[str, Any]:
    return {"style": "form", "explode": False} if isinstance(field, UserIdList) else {}


def _problem_schema() -> dict[str, Any]:
    example = problem_example(422, "invalid-input")
    where = {"type": "string"}
    return {
        "type": "object",
        "description": f"An error as in RFC 9457, for example for a body of more than {MAX_BODY_BYTES} bytes.",
        "required": list(example),
        "properties": {
            **{name: {"type": "string", "example": value} for name, value in example.items()},
            "type": {"type": "string", "format": "uri", "example": example["type"]},
            "status": {"type": "integer", "example": example["status"]},
            "code": {"type": "string", "enum": sorted(PROBLEMS), "example": example["code"]},
            "errors": {
                "type": "array",
                "description": "The errors found, each by JSON pointer into the body, parameter or header.",
                "items": {
                    "type": "object",
                    "required": ["detail"],
                    "properties": {"pointer": where, "parameter": where, "header": where, "detail": where},
                },
                "example": [{"pointer": "/text", "detail": example["detail"]}],
            },
        },
    }
