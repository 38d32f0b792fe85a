"""The Postman collection matches the OpenAPI document; `make postman` checks it against a service."""

import json
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator

from tests.documents import document
from tests.documents.collection import Example, Request, requests

REQUESTS = list(requests())

every_request = pytest.mark.parametrize("request_", REQUESTS, ids=lambda request: request.name)


def test_the_collection_has_every_operation_and_no_other() -> None:
    assert {request.operation() for request in REQUESTS} == set(document.operations())


@every_request
def test_each_request_expects_one_documented_status(request_: Request) -> None:
    (status,) = request_.statuses
    assert str(status) in document.operations()[request_.operation()]["responses"]


@every_request
def test_each_request_has_an_example_of_its_status_and_schema(request_: Request) -> None:
    (example,) = request_.examples
    assert {example.status} == request_.statuses
    content = document.operations()[request_.operation()]["responses"][str(example.status)].get("content")
    if content is None:
        assert example.body == ""
    else:
        check_schema(content, example)


def check_schema(content: dict[str, Any], example: Example) -> None:
    media_type = example.content_type.partition(";")[0]
    schema = {**content[media_type]["schema"], "components": document.read()["components"]}
    OAS31Validator(schema).validate(json.loads(example.body) if media_type.endswith("json") else example.body)
