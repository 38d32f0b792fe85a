"""A reply is sent as Flask would send it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from flask import Response
from werkzeug.test import EnvironBuilder, run_wsgi_app

from infrastructure.http.reply import Reply, whole

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

BODY = b'{"data":[]}'
JSON = "application/json"
LINK = ("Link", '</next>; rel="next"')


def sent(response: "WSGIApplication", method: str) -> tuple[bytes, str, list[tuple[str, str]]]:
    body, status, headers = run_wsgi_app(response, EnvironBuilder(method=method).get_environ(), buffered=True)
    return b"".join(body), status, sorted(headers)


@pytest.mark.parametrize("status", [200, 201, 202, 404, 422, 503])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize("headers", [[], [LINK]], ids=["", "Link"])
def test_a_whole_body_is_sent_as_flask_sends_it(method: str, status: int, headers: list[tuple[str, str]]) -> None:
    flasks = Response(BODY, status, headers, content_type=JSON)
    assert sent(whole(status, JSON, BODY, headers), method) == sent(flasks, method)


@pytest.mark.parametrize("status", [204, 304])
@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE"])
def test_a_reply_without_a_body_is_sent_as_flask_sends_it(method: str, status: int) -> None:
    flasks = Response(status=status, headers=[LINK])
    del flasks.headers["Content-Type"]
    assert sent(Reply(status, [LINK]), method) == sent(flasks, method)


def test_flask_makes_a_response_of_a_reply() -> None:
    response = Response.force_type(whole(201, JSON, BODY, [LINK]), EnvironBuilder().get_environ())  # type: ignore[arg-type] # it takes WSGI applications too
    assert sent(response, "GET") == sent(whole(201, JSON, BODY, [LINK]), "GET")


class Blocks:
    """A body in blocks that records its close."""

    closed = False

    def __iter__(self) -> Iterator[bytes]:
        yield from (b"a", b"b")

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize(("method", "expected"), [("GET", b"ab"), ("HEAD", b"")])
def test_a_body_in_blocks_is_closed(method: str, expected: bytes) -> None:
    blocks = Blocks()
    assert sent(Reply(200, [], blocks), method)[0] == expected
    assert blocks.closed


def test_a_header_added_on_sending_does_not_stay_in_the_reply() -> None:
    reply = whole(200, JSON, BODY)
    seen: list[int] = []

    def start_response(_: str, headers: list[tuple[str, str]], __: object = None) -> object:
        headers.append(("X-Request-Id", "1"))
        seen.append(len(headers))
        return print

    for _ in range(2):
        assert b"".join(reply(EnvironBuilder().get_environ(), start_response)) == BODY  # type: ignore[arg-type] # no server
    assert seen == [3, 3]
