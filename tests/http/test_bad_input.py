"""Bad input is answered with the problem that it has, changes nothing, and does not end the connection."""

import pytest

from tests.http import bad_bodies, bad_identities, bad_paths, bad_queries
from tests.http.cases import CALLER, Case
from tests.http.client import Client
from tests.http.problems import assert_problem, read_problem
from tests.http.wire import InProcess, Transport

CASES = [*bad_bodies.CASES, *bad_queries.CASES, *bad_paths.CASES, *bad_identities.CASES]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_bad_input_is_a_problem_and_changes_nothing(transport: Transport, case: Case) -> None:
    about_caller = f"/v1/users/{CALLER}"
    before = Client(transport).get(about_caller).json()

    answer = transport.send(case.request)

    assert_problem(answer, case.status, case.code, case.where)
    assert "Connection" not in answer.headers, "the server ended the connection"
    assert Client(transport).get(about_caller).json() == before


@pytest.mark.parametrize(
    "target",
    [
        "/v1/users/bob?\xff",
        "/v1/users/bob/tweets?cursor=\xff",
        "/v1/users/bob/followers?x=\xff",
        "/v1/users/me/timeline?limit=\xff",
        "/v1/users/me/relationships?ids=\xff",
        "/v1/users/\xff",
    ],
)
def test_raw_bytes_in_a_target_are_a_client_error(in_process: InProcess, target: str) -> None:
    answer = Client(in_process, CALLER).get(target)
    assert answer.status in {400, 422}, answer.body
    read_problem(answer)


def test_two_slashes_are_not_one(transport: Transport) -> None:
    assert_problem(Client(transport).get("//v1/users/bob"), 404, "not-found")
