"""Only an unambiguous ("plain") request may be refused without being parsed."""

import pytest

from infrastructure.server.plain_request import request_id_of_plain

START = b"GET /v1/users/me/timeline?limit=5 HTTP/1.1\r\n"
PLAIN = {
    "from a browser": START + b"Host: perch\r\nConnection: keep-alive\r\nX-User-Id: bob\r\n\r\n",
    "with a body": b"POST /v1/tweets HTTP/1.1\r\nHost: perch\r\nContent-Length: 2\r\nX-Request-Id: mine\r\n\r\n{}",
    "header names in other cases": START + b"hOST: perch\r\ncontent-length: 0\r\n\r\n",
}
NOT_PLAIN = {
    "two lengths": START + b"Content-Length: 2\r\nContent-Length: 9\r\n\r\n",
    "a length and chunks": START + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n",
    "an invalid length": START + b"Content-Length: +2\r\n\r\n",
    "Connection: close": START + b"Connection: close\r\n\r\n",
    "an expectation": START + b"Expect: 100-continue\r\n\r\n",
    "another version": START.replace(b"1.1", b"1.0") + b"Host: perch\r\n\r\n",
    "a method in small letters": START.lower().replace(b"http", b"HTTP") + b"Host: perch\r\n\r\n",
    "a folded header": START + b"Host: perch\r\n folded\r\n\r\n",
    "a space before the colon": START + b"Content-Length : 2\r\n\r\n",
    "an invalid request id": START + b"X-Request-Id: a b\r\n\r\n",
    "a path that is always answered": b"GET /livez HTTP/1.1\r\nHost: perch\r\n\r\n",
    "half a body": START + b"Content-Length: 2\r\n\r\n{",
    "a second request": (START + b"Host: perch\r\n\r\n") * 2,
    "an incomplete header": START + b"Host: perch\r\n",
}


@pytest.mark.parametrize("name", PLAIN)
def test_common_requests_are_plain(name: str) -> None:
    assert request_id_of_plain(PLAIN[name]) is not None


@pytest.mark.parametrize("name", NOT_PLAIN)
def test_unusual_or_ambiguous_requests_are_left_to_the_parser(name: str) -> None:
    assert request_id_of_plain(NOT_PLAIN[name]) is None


def test_the_request_id_is_found_before_and_after_content_length() -> None:
    for sent in (b"X-Request-Id: mine\r\nContent-Length: 2\r\n", b"Content-Length: 2\r\nX-Request-Id: mine\r\n"):
        assert request_id_of_plain(START + sent + b"\r\n{}") == "mine"
