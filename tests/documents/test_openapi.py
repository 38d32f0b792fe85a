"""The OpenAPI document is up to date, valid and complete."""

import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator

from cluster.perch_process import REPOSITORY
from tests.built import built, in_process
from tests.documents import document
from tests.documents.programs import HERE, client_tool, node_tool
from tests.http.client import Client
from tests.http.tokens import HS256

MODES: dict[str, dict[str, str]] = {"header": {}, "jwt": HS256}
EVERYWHERE = {413, 422, 503}
CALLER = {400, 401}
WRITE = {*CALLER, 429}

STATUSES = {
    ("POST", "/v1/tweets"): {201, 415} | WRITE,
    ("GET", "/v1/tweets"): {200, 400},
    ("GET", "/v1/tweets/{tweet_id}"): {200, 304, 404},
    ("DELETE", "/v1/tweets/{tweet_id}"): {204, 403, 404} | WRITE,
    ("GET", "/v1/users/me"): {200} | CALLER,
    ("GET", "/v1/users/{user_id}"): {200},
    ("GET", "/v1/users/{user_id}/tweets"): {200, 400},
    ("GET", "/v1/users/{user_id}/followers"): {200, 400},
    ("GET", "/v1/users/{user_id}/following"): {200, 400},
    ("PUT", "/v1/users/me/following/{user_id}"): {204, 403} | WRITE,
    ("DELETE", "/v1/users/me/following/{user_id}"): {204, 403} | WRITE,
    ("GET", "/v1/users/me/relationships"): {200, 403} | CALLER,
    ("GET", "/v1/users/me/timeline"): {200, 403} | CALLER,
    ("GET", "/v1/users/me/timeline/stream"): {200, 403} | CALLER,
    ("GET", "/v1/admin/dead-letters"): {200, 400, 401, 403},
    ("POST", "/v1/admin/dead-letters/redrive"): {202, 400, 401, 403, 415},
    ("GET", "/livez"): {200},
    ("GET", "/readyz"): {200},
    ("GET", "/metrics"): {200},
    ("GET", "/openapi.json"): {200},
}
"""The statuses of each route, apart from those that every route may answer with."""


def test_the_file_is_what_the_command_prints() -> None:
    command = [sys.executable, "-m", "app", "openapi"]
    printed = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert document.FILE.read_text() == printed.stdout, "`make openapi` writes it anew"


def test_the_document_is_valid() -> None:
    OpenAPIV31SpecValidator(document.read()).validate()


def test_the_linter_finds_nothing() -> None:
    command = [node_tool("redocly"), "lint", "--config", "redocly.yaml", str(document.FILE)]
    lint = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)
    assert lint.returncode == 0, lint.stdout + lint.stderr


def test_a_library_for_go_accepts_the_document() -> None:
    command = [client_tool("kin-openapi"), str(document.FILE)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("auth_mode", MODES)
def test_the_document_has_every_route_and_no_other(auth_mode: str) -> None:
    assert routes(built(MODES[auth_mode]).app) == set(document.operations())


def routes(app: Flask) -> set[tuple[str, str]]:
    """Method and path of each route, as the document writes them; pages for people are not in it."""
    return {
        (method, re.sub(r"<(\w+)>", r"{\1}", rule.rule.replace("<me>", "me")))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if not rule.rule.startswith(("/docs", "/live/")) and rule.rule != "/"
    }


@pytest.mark.parametrize(
    ("auth_mode", "headers", "challenges"),
    [
        ("header", {"X-User-Id", "X-Admin-Token"}, {"X-User-Id", "X-Admin-Token"}),
        ("jwt", {"Authorization"}, {"Bearer"}),
    ],
)
def test_examples_match_the_auth_mode(auth_mode: str, headers: set[str], challenges: set[str]) -> None:
    served = served_with(MODES[auth_mode])
    assert set(examples_of(served, "Vary")) == headers
    assert set(examples_of(served, "WWW-Authenticate")) == challenges


def test_the_maximum_length_of_a_text_is_that_of_the_settings() -> None:
    schemas = served_with({"TWEET_MAX_LENGTH": "500"})["components"]["schemas"]
    assert schemas["PublishTweetBody"]["properties"]["text"]["maxLength"] == 500


def served_with(environment: dict[str, str]) -> dict[str, Any]:
    """The document of a service with these settings."""
    return Client(in_process(environment)).get("/openapi.json").json()


def examples_of(served: dict[str, Any], header: str) -> Iterator[str]:
    """The example of this header in each answer that has it."""
    for item in served["paths"].values():
        for operation in item.values():
            for response in operation["responses"].values():
                if header in response["headers"]:
                    yield response["headers"][header]["example"]


def test_patterns_are_those_of_re2() -> None:
    """RE2, which Go's tools use, has neither look-arounds nor back-references."""
    patterns = re.findall(r'"pattern": "(.*)"', document.FILE.read_text())
    assert patterns
    assert [pattern for pattern in patterns if re.search(r"\(\?[=!<]|\\\\[1-9]", pattern)] == []


def test_every_operation_has_a_summary_and_an_id_of_its_own() -> None:
    operations = document.operations()
    assert [where for where, operation in operations.items() if not operation["summary"].endswith(".")] == []
    assert len({operation["operationId"] for operation in operations.values()}) == len(operations)


def test_every_operation_lists_its_statuses() -> None:
    named = {where: set(map(int, operation["responses"])) for where, operation in document.operations().items()}
    assert named == {where: statuses | EVERYWHERE for where, statuses in STATUSES.items()}


def test_every_error_is_a_problem_with_an_example_of_its_status() -> None:
    for operation in document.operations().values():
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                (content_type, content), *others = response["content"].items()
                assert (content_type, others) == ("application/problem+json", [])
                assert content["example"]["status"] == int(status)


def test_every_member_of_an_answer_has_an_example() -> None:
    without = [
        f"{name}.{member}"
        for name, schema in document.schemas_of_answers()
        for member, described in schema["properties"].items()
        if "example" not in described and not list(document.referred(described))
    ]
    assert without == []


def test_only_required_parameters_have_an_example() -> None:
    # The page fills examples in; an example of a cursor or an idempotency key would make the first try fail.
    wrong = [
        (where, parameter["name"])
        for where, operation in document.operations().items()
        for parameter in operation["parameters"]
        if ("example" in {*parameter, *parameter["schema"]}) != parameter.get("required", False)
    ]
    assert wrong == []
