"""Unusual input that breaks no rule is accepted."""

import json

import pytest

from tests.http.cases import AS_CALLER, TEXT, publication
from tests.http.client import JSON, Client
from tests.http.wire import HeaderList, Request, Transport

TEXTS = {
    "one letter": ("a", "a"),
    "280 letters": ("a" * 280, "a" * 280),
    "280 emoji": ("\U0001f600" * 280, "\U0001f600" * 280),
    "280 letters with their accents apart": ("e\u0301" * 280, "\u00e9" * 280),
    "280 letters between spaces": (" " * 300 + "a" * 280 + "\n" * 300, "a" * 280),
    "white space of all kinds at the ends": ("\u3000\u00a0\t hello \r\n\u2028", "hello"),
    "new lines inside": ("a\n\nb\r\nc", "a\n\nb\r\nc"),
    "characters that show nothing beside others": ("a\u200b\u2800", "a\u200b\u2800"),
    "control characters": ("a\u0001\u007f", "a\u0001\u007f"),
    "compatibility characters": ("\ufb01\u2460", "\ufb01\u2460"),
    "right to left": ("\u202e\u05e9\u05dc\u05d5\u05dd", "\u202e\u05e9\u05dc\u05d5\u05dd"),
    "a private character": ("\U0010ffff", "\U0010ffff"),
    "markup": ("<script>alert('&amp;')</script>", "<script>alert('&amp;')</script>"),
    "JSON": ('{"text":"\\ud800"}', '{"text":"\\ud800"}'),
}
MEDIA_TYPES = [
    "application/json; charset=utf-8",
    "application/json;charset=UTF-8",
    "APPLICATION/JSON",
    "Application/Json",
]
QUERIES = [
    "",
    "?",
    "?&&",
    "?limit=1",
    "?limit=100",
    "?%6Cimit=%35",
    "?since_id=0",
    "?since_id=2124459642091208704",
    "?include_self=true",
    "?include_self=false&limit=5&since_id=1",
]
USER_IDS = ["a", "Bob", "Me", "ME", "me2", "...", "-", "_", "0", "a.b-c_d", "x" * 64]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("escaped", [True, False], ids=["escaped", "in UTF-8"])
def test_texts_are_normalised_and_stripped(transport: Transport, text: str, *, escaped: bool) -> None:
    sent, stored = TEXTS[text]
    body = json.dumps({"text": sent}, ensure_ascii=escaped).encode()
    answer = transport.send(publication(body))
    assert answer.status == 201, answer.body
    assert answer.json()["text"] == stored
    assert Client(transport).get(answer.headers["Location"]).json()["text"] == stored


@pytest.mark.parametrize("media_type", MEDIA_TYPES)
def test_every_spelling_of_the_json_media_type_is_accepted(transport: Transport, media_type: str) -> None:
    assert transport.send(publication(TEXT, headers=[("Content-Type", media_type)])).status == 201


@pytest.mark.parametrize("chunked", [True, False], ids=["chunked", "of known length"])
@pytest.mark.parametrize("size", [len(TEXT), 16 * 1024], ids=["small", "16 KiB"])
def test_a_body_of_up_to_16_kib_is_accepted(transport: Transport, size: int, *, chunked: bool) -> None:
    assert transport.send(publication(TEXT.ljust(size), chunked=chunked)).status == 201


@pytest.mark.parametrize("query", QUERIES)
def test_queries_within_bounds_return_a_page(transport: Transport, query: str) -> None:
    assert Client(transport, "reader").get(f"/v1/users/me/timeline{query}").status == 200


@pytest.mark.parametrize("user_id", USER_IDS)
def test_well_formed_ids_are_users(transport: Transport, user_id: str) -> None:
    assert Client(transport).get(f"/v1/users/{user_id}").json()["id"] == user_id
    assert Client(transport, user_id).get(f"/v1/users/{user_id}/timeline").status == 200
    assert Client(transport, user_id).get(f"/v1/users/me/relationships?ids={user_id}").status == 200


def test_paths_may_be_escaped(transport: Transport) -> None:
    assert Client(transport).get("/v1/users/%62ob").json()["id"] == "bob"
    assert Client(transport, "bob").get("/v1/users/%6de/timeline").status == 200


def test_ids_may_be_given_with_escaped_commas(transport: Transport) -> None:
    answer = Client(transport, "reader").get("/v1/users/me/relationships?ids=bob%2Ccarol")
    assert [other["id"] for other in answer.json()["data"]] == ["bob", "carol"]


@pytest.mark.parametrize(
    "headers", [[("X-User-Id", " alice ")], [("X-User-Id", "\talice\t")], [("x-user-id", "alice")]]
)
def test_white_space_around_a_header_value_is_ignored(transport: Transport, headers: HeaderList) -> None:
    assert transport.send(Request("GET", "/v1/users/alice/timeline", headers)).status == 200


@pytest.mark.parametrize("headers", [(), (JSON,), (("Content-Type", "text/plain"),)], ids=str)
def test_the_body_of_a_get_is_not_read(transport: Transport, headers: HeaderList) -> None:
    request = Request("GET", "/v1/users/me/timeline", (*AS_CALLER, *headers), b"{")
    answer = transport.send(request)
    assert answer.status == 200
    assert "Connection" not in answer.headers
