"""Checks of problem documents."""

from collections.abc import Mapping
from typing import Any

from tests.http.wire import Answer

MEMBERS = {"type", "title", "status", "detail", "code", "request_id"}
PLACES = {"pointer", "parameter", "header"}

Where = Mapping[str, str]


def assert_problem(answer: Answer, status: int, code: str, where: Where | None = None) -> None:
    """The answer is this problem; its one error, if any, names this pointer, parameter or header."""
    assert answer.status == status, answer.body
    problem, errors = read_problem(answer)
    assert problem["code"] == code
    assert errors == ([] if where is None else [where])


def read_problem(answer: Answer) -> tuple[dict[str, Any], list[Where]]:
    """The members of any problem, and the places of its errors."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    errors = problem.pop("errors", [])
    assert problem.keys() == MEMBERS
    assert problem["type"] == f"urn:perch:problem:{problem['code']}"
    assert problem["status"] == answer.status
    assert problem["request_id"] == answer.headers["X-Request-Id"]
    assert problem["title"]
    assert problem["detail"]
    assert all(error.pop("detail") for error in errors)
    assert all(len(error) == 1 and error.keys() <= PLACES for error in errors)
    return problem, errors
