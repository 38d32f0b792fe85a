"""The point where a stream resumes: the last event's id, in the header or in the query."""

import pytest

from tests.http.client import Client
from tests.http.conftest import OpenStream
from tests.http.opened import STREAM
from tests.http.problems import assert_problem


def test_a_stream_resumes_after_the_last_event_id(open_stream: OpenStream, alice: Client, bob: Client) -> None:
    bob.follow("alice")
    ids = [alice.publish(f"number {number}")["id"] for number in range(4)]
    stream = open_stream(("Last-Event-ID", ids[1]))
    stream.read()
    lines = stream.read().split("\n")
    assert [line for line in lines if line.startswith("id:")] == [f"id: {id_}" for id_ in ids[2:]]


def test_a_stream_resumes_after_the_since_id_of_a_page(open_stream: OpenStream, alice: Client, bob: Client) -> None:
    bob.follow("alice")
    alice.publish("on the page")
    page = bob.page("/v1/users/me/timeline")
    tweet = alice.publish("after the page")
    stream = open_stream(("Last-Event-ID", page["meta"]["since_id"]))
    stream.read()
    assert stream.read().count("event:") == 1
    assert tweet["id"] > page["meta"]["since_id"]


@pytest.mark.parametrize("sent", ["", " ", "\t"])
def test_an_empty_last_event_id_is_ignored(open_stream: OpenStream, alice: Client, sent: str) -> None:
    tweet = alice.publish()
    assert open_stream(("Last-Event-ID", sent)).read() == f":\nid: {tweet['id']}\n\n"


def test_last_event_id_zero_is_the_beginning(open_stream: OpenStream, alice: Client) -> None:
    alice.publish()
    assert open_stream(("Last-Event-ID", "0")).read() == ":\nid: 0\n\n"


def test_the_last_event_id_may_stand_in_the_query(open_stream: OpenStream, alice: Client) -> None:
    """Polyfills that cannot set headers send it there, and `_` against caches."""
    ids = [alice.publish(f"number {number}")["id"] for number in range(3)]
    assert open_stream(query=f"lastEventId={ids[0]}&_=1&_=2").read() == f":\nid: {ids[0]}\n\n"
    assert open_stream(query="lastEventId=0").read() == ":\nid: 0\n\n"
    assert open_stream(query="lastEventId=&_=1700000000000").read() == f":\nid: {ids[2]}\n\n"
    both = open_stream(("Last-Event-ID", ids[1]), query=f"lastEventId={ids[0]}")
    assert both.read() == f":\nid: {ids[1]}\n\n"


@pytest.mark.parametrize("sent", ["x", "-1", "01", "1,2", "9" * 19, str(2**63 - 1), "1&lastEventId=1"])
def test_a_malformed_last_event_id_in_the_query_is_refused(bob: Client, sent: str) -> None:
    answer = bob.get(f"{STREAM}?lastEventId={sent}")
    assert_problem(answer, 422, "invalid-input", {"parameter": "lastEventId"})


@pytest.mark.parametrize("sent", ["x", "-1", "1.5", "01", "1, 2", "9" * 19, "9" * 5000, "1 2", "\u00b2"])
def test_a_malformed_last_event_id_is_refused(bob: Client, sent: str) -> None:
    answer = bob.get(STREAM, ("Last-Event-ID", sent))
    assert_problem(answer, 422, "invalid-input", {"header": "Last-Event-ID"})
