"""The OpenAPI document is up to date, valid, and says what it must."""

import re
import subprocess
import sys

import pytest
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator

from app.config import Settings
from app.container import build
from tests.documents import document
from tests.documents.programs import HERE, node_tool
from tests.e2e.perch_process import REPOSITORY

KEY = "the key of these tests"
EVERYWHERE = {413, 422, 503}
CALLER = {400, 401}
WRITE = {*CALLER, 429}

STATUSES = {
    ("POST", "/v1/tweets"): {201, 409, 415} | WRITE,
    ("GET", "/v1/tweets/{tweet_id}"): {200, 304, 404},
    ("DELETE", "/v1/tweets/{tweet_id}"): {204, 403, 404} | WRITE,
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
"""What each route may answer, apart from what is possible everywhere."""


def test_the_file_is_what_the_command_prints() -> None:
    command = [sys.executable, "-m", "app", "openapi"]
    printed = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert document.FILE.read_text() == printed.stdout, "`make openapi` writes it anew"


def test_it_follows_the_specification() -> None:
    OpenAPIV31SpecValidator(document.read()).validate()


def test_the_linter_finds_nothing() -> None:
    command = [node_tool("redocly"), "lint", "--config", "redocly.yaml", str(document.FILE)]
    lint = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)
    assert lint.returncode == 0, lint.stdout + lint.stderr


@pytest.mark.parametrize("auth_mode", ["header", "jwt"])
def test_it_has_every_route_and_no_other(auth_mode: str) -> None:
    settings = Settings(secret_key=KEY, auth_mode=auth_mode, jwt_algorithm="HS256", jwt_key="k" * 32)
    assert routes(build(settings, run_worker=False).app) == set(document.operations())


def routes(app: Flask) -> set[tuple[str, str]]:
    """Method and path of each route, as the document writes them; the documentation's own page is not in it."""
    return {
        (method, re.sub(r"<(\w+)>", r"{\1}", rule.rule.replace("<me>", "me")))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if not rule.rule.startswith("/docs")
    }


def test_every_operation_has_a_summary_and_an_id_of_its_own() -> None:
    operations = document.operations()
    assert [where for where, operation in operations.items() if not operation["summary"].endswith(".")] == []
    assert len({operation["operationId"] for operation in operations.values()}) == len(operations)


def test_every_operation_names_its_statuses() -> None:
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


def test_parameters_have_an_example_when_they_must_be_given() -> None:
    # The page fills examples in, and a cursor or an idempotency key that nobody chose would spoil the first try.
    wrong = [
        (where, parameter["name"])
        for where, operation in document.operations().items()
        for parameter in operation["parameters"]
        if ("example" in {*parameter, *parameter["schema"]}) != parameter.get("required", False)
    ]
    assert wrong == []
