"""ETags of tweets, and conditional reads."""

import pytest

from tests.http.client import Client
from tests.http.problems import assert_problem
from tests.http.wire import Request, Transport

MATCHING = ['"{id}"', 'W/"{id}"', "*", '"1", "{id}"', '"1",W/"{id}" , "2"']
OTHERS = ['"1"', 'W/"1"', "", " ", '"1", "2"', '"{id}0"', '"', ",", "\xe9"]


@pytest.fixture
def target(transport: Transport) -> str:
    """The path of a new tweet."""
    return f"/v1/tweets/{Client(transport, 'alice').publish()['id']}"


def tag(template: str, target: str) -> str:
    return template.replace("{id}", target.rpartition("/")[2])


def test_each_tweet_has_its_own_strong_etag(transport: Transport, target: str) -> None:
    anyone = Client(transport)
    other = Client(transport, "alice").publish()["id"]
    tags = [anyone.get(each).headers["ETag"] for each in (target, target, f"/v1/tweets/{other}")]
    assert tags[0] == tags[1] != tags[2]
    assert tags[0][0] == tags[0][-1] == '"'


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("template", MATCHING)
def test_a_matching_etag_is_answered_with_304(transport: Transport, target: str, template: str, method: str) -> None:
    headers = [("If-None-Match", tag(template, target)), ("X-Request-Id", "mine")]
    answer = transport.send(Request(method, target, headers))
    assert (answer.status, answer.body) == (304, b"")
    assert "Content-Type" not in answer.headers
    assert answer.headers["ETag"] == tag('"{id}"', target)
    assert answer.headers["X-Request-Id"] == "mine"


@pytest.mark.parametrize("template", OTHERS, ids=ascii)
def test_another_etag_is_answered_with_the_tweet(transport: Transport, target: str, template: str) -> None:
    answer = Client(transport).get(target, ("If-None-Match", tag(template, target)))
    assert answer.status == 200
    assert answer.json()["id"] == tag("{id}", target)


@pytest.mark.parametrize(
    "header", [("If-Match", '"1"'), ("Range", "bytes=0-1"), ("If-Modified-Since", "Sun, 01 Jan 2090 00:00:00 GMT")]
)
def test_other_conditional_headers_are_ignored(transport: Transport, target: str, header: tuple[str, str]) -> None:
    answer = Client(transport).get(target, header)
    assert answer.status == 200
    assert answer.json()["id"] == tag("{id}", target)


@pytest.mark.parametrize("template", ["*", '"{id}"'])
def test_a_deleted_tweet_is_not_found_even_with_a_matching_etag(
    transport: Transport, target: str, template: str
) -> None:
    assert Client(transport, "alice").delete(target).status == 204
    answer = Client(transport).get(target, ("If-None-Match", tag(template, target)))
    assert_problem(answer, 404, "tweet-not-found")
    assert "ETag" not in answer.headers


def test_errors_and_lists_have_no_etag(transport: Transport, target: str) -> None:
    assert "ETag" not in Client(transport, "bob").delete(target).headers
    assert "ETag" not in Client(transport).get("/v1/users/alice/tweets").headers
