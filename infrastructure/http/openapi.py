"""The OpenAPI document, made from what the routes declare."""

import re
from typing import Any

import orjson
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Blueprint, Flask, Response
from marshmallow import fields

from infrastructure.http import answers
from infrastructure.http.endpoint import Answer, Declaration, Endpoint, Endpoints
from infrastructure.http.identity import SecuritySchemes
from infrastructure.http.openapi_operation import Operation, problem_example
from infrastructure.http.problems import MAX_BODY_BYTES, PROBLEMS
from infrastructure.http.rendering import json_response
from infrastructure.http.routes import path_of
from infrastructure.http.schemas import (
    RELATIONSHIPS_MAX,
    TWEET_ID_PATTERN,
    USER_ID_PATTERN,
    OnlyTrue,
    TweetIds,
    UserIdList,
    WholeNumber,
)

DESCRIPTION = """Publish short tweets, follow people, read exact home timelines.

Times are RFC 3339 in UTC with milliseconds, ids are strings. Every error is an RFC 9457 problem. `me` in a path may be
replaced by one's own user id."""


def openapi_blueprint(endpoint: Endpoints, security: SecuritySchemes) -> Blueprint:
    """`/openapi.json`."""
    routes = Blueprint("openapi", __name__)
    rendered: list[bytes] = []
    apps: list[Flask] = []
    routes.record_once(lambda state: apps.append(state.app))  # type: ignore[arg-type] # its type is that of all scaffolds

    @routes.get("/openapi.json")
    @endpoint(Declaration(Answer(200)))
    def openapi() -> Response:
        """Get this document."""
        if not rendered:
            rendered.append(orjson.dumps(describe(apps[0], security), option=orjson.OPT_INDENT_2))
        return json_response(rendered[0])

    return routes


def describe(app: Flask, security: SecuritySchemes) -> dict[str, Any]:
    """The document of all routes of this application that are declared."""
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
            summary, _, description = (view.__doc__ or "").partition("\n")
            operation = Operation(rule, method, view.declared, security).document()
            operation["summary"] = summary.strip()
            if description:
                operation["description"] = re.sub(r"\s+", " ", description).strip()
            spec.path(path=path_of(rule.rule), operations={method: operation})
    document: dict[str, Any] = spec.to_dict()
    for name, more in _MORE_OF_SCHEMAS.items():
        document["components"]["schemas"][name] |= more
    return document


_MORE_OF_SCHEMAS = {
    "RedriveBody": {"minProperties": 1, "maxProperties": 1, "example": {"ids": [answers.TWEET_ID]}},
}
"""What is checked across fields, which no field can say."""


def _own_fields(_: object, field: fields.Field[Any], **__: object) -> dict[str, Any]:
    match field:
        case WholeNumber():
            return field.described
        case UserIdList():
            ids = {"type": "string", "pattern": USER_ID_PATTERN}
            described = {"type": "array", "items": ids, "minItems": 1, "maxItems": RELATIONSHIPS_MAX}
            return {**described, "example": ["alice", "bob"], "description": "User ids, with commas between."}
        case TweetIds():
            ids = {"type": "string", "pattern": TWEET_ID_PATTERN}
            described = {"type": "array", "items": ids, "minItems": 1, "maxItems": TweetIds.most}
            return {**described, "example": [answers.TWEET_ID]}
        case OnlyTrue():
            return {"type": "boolean", "const": True, "description": "Instead of `ids`: all of them."}
        case _:
            return {}


def _own_parameters(_: object, field: fields.Field[Any], **__: object) -> dict[str, Any]:
    return {"style": "form", "explode": False} if isinstance(field, UserIdList) else {}


def _problem_schema() -> dict[str, Any]:
    example = problem_example(422, "invalid-input")
    where = {"type": "string"}
    return {
        "type": "object",
        "description": f"An error, as RFC 9457 has it. Bodies over {MAX_BODY_BYTES} bytes are one.",
        "required": list(example),
        "properties": {
            **{name: {"type": "string", "example": value} for name, value in example.items()},
            "type": {"type": "string", "format": "uri", "example": example["type"]},
            "status": {"type": "integer", "example": example["status"]},
            "code": {"type": "string", "enum": sorted(PROBLEMS), "example": example["code"]},
            "errors": {
                "type": "array",
                "description": "What was wrong, by JSON pointer into the body, parameter or header.",
                "items": {
                    "type": "object",
                    "required": ["detail"],
                    "properties": {"pointer": where, "parameter": where, "header": where, "detail": where},
                },
                "example": [{"pointer": "/text", "detail": example["detail"]}],
            },
        },
    }
