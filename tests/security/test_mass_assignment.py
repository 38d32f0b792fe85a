"""No field and no parameter sets a value that only Perch decides."""

import json

import pytest

from tests.built import in_process
from tests.http.client import JSON, Client
from tests.http.problems import assert_problem
from tests.http.wire import InProcess

PROPERTIES: dict[str, object] = {
    "author_id": "bob",
    "authorId": "bob",
    "user_id": "bob",
    "id": "1",
    "created_at": "2000-01-01T00:00:00.000Z",
    "pulled": True,
    "scope": "admin",
    "is_admin": True,
    "__proto__": {"author_id": "bob"},
    "constructor": {},
    "caller": "bob",
}


@pytest.fixture
def service() -> InProcess:
    return in_process({})


def assert_nothing_was_published(service: InProcess) -> None:
    for user in ("alice", "bob"):
        assert Client(service).get(f"/v1/users/{user}").json()["tweets_count"] == 0


@pytest.mark.parametrize("name", PROPERTIES)
def test_a_field_that_authors_may_not_set_is_refused(service: InProcess, name: str) -> None:
    answer = Client(service, "alice").post("/v1/tweets", {"text": "hello", name: PROPERTIES[name]})
    assert_problem(answer, 422, "invalid-input", {"pointer": f"/{name}"})
    assert_nothing_was_published(service)


@pytest.mark.parametrize("name", PROPERTIES)
def test_a_parameter_that_authors_may_not_set_is_refused(service: InProcess, name: str) -> None:
    answer = Client(service, "alice").post(f"/v1/tweets?{name}=bob", {"text": "hello"})
    assert_problem(answer, 422, "invalid-input", {"parameter": name})
    for target in ("/v1/users/me/timeline", "/v1/users/me/following/carol"):
        assert Client(service, "alice").get(f"{target}?{name}=bob").status in {405, 422}
    assert_nothing_was_published(service)


def test_the_last_of_two_text_fields_is_stored(service: InProcess) -> None:
    body = b'{"text":"first","text":"second"}'
    tweet = Client(service, "alice").send("POST", "/v1/tweets", JSON, body=body).json()
    assert tweet["text"] == "second"
    assert json.loads(body)["text"] == "second"
