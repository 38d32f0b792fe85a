"""A request that another server could split into two requests is refused."""

import pytest

from cluster.perch_process import PerchProcess
from tests.http.cases import TEXT
from tests.http.test_wire import PUBLISH
from tests.security.raw import ask, statuses, tweets_count

HIDDEN = (
    b"POST /v1/tweets HTTP/1.1\r\nHost: x\r\nX-User-Id: hidden\r\nContent-Type: application/json\r\n"
    b"Content-Length: 16\r\n\r\n" + TEXT
)
"""A request that must not get through inside another request."""

IN_CHUNKS = b"10\r\n" + TEXT + b"\r\n0\r\n\r\n"
KEPT_ALIVE_1_0 = PUBLISH.replace(b"HTTP/1.1", b"HTTP/1.0") + b"Connection: keep-alive\r\n"

AMBIGUOUS = {
    "a length and chunks": PUBLISH + b"Content-Length: 16\r\nTransfer-Encoding: chunked\r\n\r\n" + IN_CHUNKS,
    "chunks and a length": PUBLISH + b"Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n" + IN_CHUNKS,
    "chunks of HTTP/1.0": KEPT_ALIVE_1_0 + b"Transfer-Encoding: chunked\r\n\r\n" + IN_CHUNKS,
    "chunks and a length of HTTP/1.0": KEPT_ALIVE_1_0
    + b"Transfer-Encoding: chunked\r\nContent-Length: 16\r\n\r\n"
    + TEXT,
    "chunks of HTTP/1.2": PUBLISH.replace(b"1.1", b"1.2") + b"Transfer-Encoding: chunked\r\n\r\n" + IN_CHUNKS,
    "chunks in chunks": PUBLISH + b"Transfer-Encoding: chunked, chunked\r\n\r\n" + IN_CHUNKS,
    "chunked twice": PUBLISH + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n" + IN_CHUNKS,
    "no coding": PUBLISH + b"Transfer-Encoding:\r\nContent-Length: 16\r\n\r\n" + TEXT,
    "no coding twice": PUBLISH + b"Transfer-Encoding: ,\r\nContent-Length: 16\r\n\r\n" + TEXT,
    "a folded coding": PUBLISH + b"Transfer-Encoding:\r\n chunked\r\nContent-Length: 16\r\n\r\n" + TEXT,
    "a coding after a vertical tab": PUBLISH + b"Transfer-Encoding: \x0bchunked\r\nContent-Length: 16\r\n\r\n" + TEXT,
    "a space after the coding's name": PUBLISH + b"Transfer-Encoding : chunked\r\nContent-Length: 16\r\n\r\n" + TEXT,
    "two lengths": PUBLISH + b"Content-Length: 16\r\nContent-Length: 0\r\n\r\n" + TEXT,
    "a length and none": PUBLISH + b"Content-Length: 16\r\nContent-Length:\r\n\r\n" + TEXT,
    "lengths in a list": PUBLISH + b"Content-Length: 16, 16\r\n\r\n" + TEXT,
    "a signed length": PUBLISH + b"Content-Length: +16\r\n\r\n" + TEXT,
    "a hexadecimal length": PUBLISH + b"Content-Length: 0x10\r\n\r\n" + TEXT,
    "a length with an underscore": PUBLISH + b"Content-Length: 1_6\r\n\r\n" + TEXT,
    "a length in other digits": PUBLISH + b"Content-Length: \xb9\xb6\r\n\r\n" + TEXT,
}
IN_THE_BODY = {
    "a chunk size with 0x": b"0x10\r\n" + TEXT + b"\r\n0\r\n\r\n",
    "a chunk size with a space": b"10 \r\n" + TEXT + b"\r\n0\r\n\r\n",
    "a negative chunk size": b"-10\r\n" + TEXT + b"\r\n0\r\n\r\n",
    "a chunk longer than its size": b"f\r\n" + TEXT + b"\r\n0\r\n\r\n",
    "a line feed in an extension": b"10;a=\nb\r\n" + TEXT + b"\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("sent", AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_a_body_whose_end_is_unclear_ends_the_connection(perch_process: PerchProcess, sent: bytes) -> None:
    assert statuses(ask(perch_process.port, sent + HIDDEN)) == [400]
    assert tweets_count(perch_process, "hidden") == 0


@pytest.mark.parametrize("chunks", IN_THE_BODY.values(), ids=IN_THE_BODY)
def test_malformed_chunks_end_the_connection(perch_process: PerchProcess, chunks: bytes) -> None:
    sent = PUBLISH + b"Transfer-Encoding: chunked\r\n\r\n" + chunks
    assert statuses(ask(perch_process.port, sent + HIDDEN)) == [400]
    assert tweets_count(perch_process, "hidden") == 0


def test_a_request_in_the_body_of_another_is_its_body(perch_process: PerchProcess) -> None:
    head = b"GET /livez HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(HIDDEN)
    assert statuses(ask(perch_process.port, head + HIDDEN)) == [200]
    assert tweets_count(perch_process, "hidden") == 0


def test_chunks_are_one_body(perch_process: PerchProcess) -> None:
    extended = b"8;a=b\r\n" + TEXT[:8] + b"\r\n8\r\n" + TEXT[8:] + b"\r\n0\r\n\r\n"
    for coding in (b"chunked", b"Chunked", b" \tchunked\t "):
        sent = PUBLISH + b"Transfer-Encoding:" + coding + b"\r\n\r\n" + extended
        assert statuses(ask(perch_process.port, sent)) == [201]
