"""What is answered whole is answered as Flask would."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from flask import Response
from werkzeug.test import EnvironBuilder, run_wsgi_app

from infrastructure.http.whole_response import WholeResponse

BODY = b'{"data":[]}'
LINK = ("Link", '</next>; rel="next"')

Answer = tuple[bytes, str, list[tuple[str, str]]]


def nothing(_: Response) -> None:
    pass


def set_etag(response: Response) -> None:
    response.set_etag("1")


def add_header(response: Response) -> None:
    response.headers.add("Vary", "Origin")


def change_header(response: Response) -> None:
    response.headers["Link"] = '</other>; rel="next"'


def set_data(response: Response) -> None:
    response.data = b"other"


def not_modified(response: Response) -> None:
    response.status_code = 304


CHANGES: list[Callable[[Response], None]] = [nothing, set_etag, add_header, change_header, set_data, not_modified]


def sent(response: Response, method: str) -> Answer:
    body, status, headers = run_wsgi_app(response, EnvironBuilder(method=method).get_environ(), buffered=True)
    return b"".join(body), status, sorted(headers)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
@pytest.mark.parametrize("status", [200, 201, 202, 204, 304])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize("headers", [[], [LINK]], ids=["", "Link"])
def test_it_is_sent_as_flask_sends_it(
    method: str, status: int, headers: list[tuple[str, str]], change: Callable[[Response], None]
) -> None:
    ours = WholeResponse(BODY, status, headers)
    flasks = Response(BODY, status, headers, content_type="application/json")
    for response in (ours, flasks):
        change(response)
    assert sent(ours, method) == sent(flasks, method)


def test_whoever_waits_for_the_end_is_called() -> None:
    ends: list[str] = []
    response = WholeResponse(BODY)
    response.call_on_close(lambda: ends.append("end"))
    assert sent(response, "GET")[0] == BODY
    assert ends == ["end"]


def test_what_is_added_when_it_is_sent_is_added_once() -> None:
    response = WholeResponse(BODY)
    for _ in range(2):
        seen: list[tuple[str, str]] = []

        def start_response(_: str, headers: list[tuple[str, str]], *__: Any, seen: list[Any] = seen) -> Any:  # noqa: ANN401
            headers.append(("X-Request-Id", "1"))
            seen += headers

        chunks: Iterable[bytes] = response(EnvironBuilder().get_environ(), start_response)
        assert b"".join(chunks) == BODY
        assert len(seen) == 3
