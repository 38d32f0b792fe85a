"""An identity header in a form that a gateway may not expect is ignored or refused."""

import pytest

from cluster.perch_process import PerchProcess
from tests.http.cases import TEXT
from tests.security.raw import ask, statuses

PUBLISH = b"POST /v1/tweets HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"

AMBIGUOUS = {
    "a space before the colon": b"X-User-Id : mallory",
    "a tab before the colon": b"X-User-Id\t: mallory",
    "a space before the name": b" X-User-Id: mallory",
    "a vertical tab before the name": b"X-Other: x\r\n\x0bX-User-Id: mallory",
    "a folded value": b"X-User-Id:\r\n mallory",
    "a folded value, by a tab": b"X-User-Id: alice\r\n\tmallory",
    "the header in a fold of another": b"X-Other: x\r\n X-User-Id: mallory",
    "NUL after": b"X-User-Id: mallory\0",
    "NUL inside": b"X-User-Id: mal\0lory",
    "NUL in the name": b"X-User-Id\0: mallory",
    "a vertical tab before": b"X-User-Id: \x0bmallory",
    "a bare line feed": b"X-Other: x\nX-User-Id: mallory",
    "a bare carriage return": b"X-Other: x\rX-User-Id: mallory",
    "an equals sign": b"X-User-Id=mallory",
    "a second, with a space": b"X-User-Id: alice\r\nX-User-Id : mallory",
}
SIMILAR = {
    "underscores": b"X_User_Id: mallory",
    "a last underscore": b"X-User_Id: mallory",
    "a first underscore": b"X_User-Id: mallory",
    "dots": b"X.User.Id: mallory",
    "WSGI's name": b"HTTP_X_USER_ID: mallory\r\nHTTP-X-User-Id: mallory",
    "names of other gateways": b"X-Forwarded-User: mallory\r\nRemote-User: mallory\r\nX-Remote-User: mallory",
    "the administrator's": b"X-Admin-User: mallory\r\nX-Original-User-Id: mallory",
}


def publish(perch_process: PerchProcess, headers: bytes) -> bytes:
    return ask(perch_process.port, PUBLISH + b"Content-Length: %d\r\n%b\r\n\r\n%b" % (len(TEXT), headers, TEXT))


def tweets_of_mallory(perch_process: PerchProcess) -> bytes:
    return perch_process.call("GET", "/v1/users/mallory/tweets")[1]


@pytest.mark.parametrize("headers", AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_an_ambiguous_identity_header_ends_the_connection(perch_process: PerchProcess, headers: bytes) -> None:
    assert statuses(publish(perch_process, headers)) == [400]
    assert b'"data":[]' in tweets_of_mallory(perch_process)


@pytest.mark.parametrize("headers", SIMILAR.values(), ids=SIMILAR)
def test_a_header_with_a_similar_name_is_no_identity(perch_process: PerchProcess, headers: bytes) -> None:
    assert statuses(publish(perch_process, headers)) == [401]
    for both in (b"X-User-Id: alice\r\n" + headers, headers + b"\r\nX-User-Id: alice"):
        assert b'"author_id":"alice"' in publish(perch_process, both)
    assert b'"data":[]' in tweets_of_mallory(perch_process)


@pytest.mark.parametrize("second", [b"X-User-Id: mallory", b"x-user-id: mallory", b"X-USER-ID:", b"X-User-Id: alice"])
def test_two_identity_headers_are_refused(perch_process: PerchProcess, second: bytes) -> None:
    for headers in (b"X-User-Id: alice\r\n" + second, second + b"\r\nX-User-Id: alice"):
        assert b'"code":"malformed-identity"' in publish(perch_process, headers)
    assert b'"data":[]' in tweets_of_mallory(perch_process)


def test_an_identity_in_a_trailer_is_ignored(perch_process: PerchProcess) -> None:
    chunks = b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\nX-User-Id: mallory\r\n\r\n" % (len(TEXT), TEXT)
    assert statuses(ask(perch_process.port, PUBLISH + chunks)) == [401]
    assert b'"author_id":"alice"' in ask(perch_process.port, PUBLISH + b"X-User-Id: alice\r\n" + chunks)
