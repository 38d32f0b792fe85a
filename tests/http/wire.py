"""Requests as they are on the wire, sent to the application in process or to a server over a socket."""

import json
import select
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPResponse
from io import BytesIO
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import unquote_to_bytes, urlsplit

from werkzeug.datastructures import Headers
from werkzeug.test import run_wsgi_app

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

HeaderList = Sequence[tuple[str, str]]

TIMEOUT_SECONDS = 60.0
"""A request without an answer within this time fails its test."""


@dataclass(frozen=True, slots=True)
class Request:
    """The target is path and query, percent-encoded; headers may come twice."""

    method: str
    target: str
    headers: HeaderList = ()
    body: bytes = b""
    chunked: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Headers
    body: bytes

    def json(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.body)
        return document


class Transport(Protocol):
    def send(self, request: Request) -> Answer: ...


class InProcess:
    """Calls the WSGI application with the environment that a server would build."""

    def __init__(self, app: "WSGIApplication") -> None:
        self._app = app

    def send(self, request: Request) -> Answer:
        body, status, headers = run_wsgi_app(self._app, wsgi_environ(request), buffered=True)
        return Answer(int(status.split(" ")[0]), headers, b"".join(body))


def wsgi_environ(request: Request) -> dict[str, Any]:
    """The WSGI environment of the request, as PEP 3333 defines it."""
    path, _, query = request.target.partition("?")
    environ = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(request.body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in all_headers(request):
        key = name.upper().replace("-", "_")
        if key not in {"CONTENT_LENGTH", "CONTENT_TYPE"}:
            key = f"HTTP_{key}"
        value_in_wsgi = value.strip(" \t")
        environ[key] = f"{environ[key]}, {value_in_wsgi}" if key in environ else value_in_wsgi
    return environ


def all_headers(request: Request) -> list[tuple[str, str]]:
    """The headers of the request, with those that say how its body is sent."""
    headers = [("Host", "localhost"), *request.headers]
    if request.chunked:
        headers.append(("Transfer-Encoding", "chunked"))
    elif request.body or request.method == "POST":
        headers.append(("Content-Length", str(len(request.body))))
    return headers


def read_until_closed(connection: socket.socket) -> bytes:
    """All bytes that come until the other end closes or resets the connection."""
    received = b""
    with suppress(ConnectionError):
        while part := connection.recv(65_536):
            received += part
    return received


class OverSocket:
    """Sends all requests over one connection while the server keeps it open; an extra answer spoils the next one."""

    def __init__(self, url: str, timeout: float = TIMEOUT_SECONDS) -> None:
        parts = urlsplit(url)
        self._timeout = timeout
        self._address = (parts.hostname, parts.port)
        self._connection: socket.socket | None = None

    def send(self, request: Request) -> Answer:
        connection = self._open_connection()
        self._connection = None
        try:
            connection.sendall(encode(request))
            answer = read_answer(connection, request.method)
        except BaseException:
            connection.close()
            raise
        if answer.headers.get("Connection") == "close":
            connection.close()
        else:
            self._connection = connection
        return answer

    def _open_connection(self) -> socket.socket:
        if self._connection is not None and not _was_ended(self._connection):
            return self._connection
        self.close()
        return socket.create_connection(self._address, self._timeout)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()


def _was_ended(connection: socket.socket) -> bool:
    """Whether the server has closed the connection, as it does after two minutes without a request."""
    readable, _, _ = select.select([connection], [], [], 0)
    if not readable:
        return False
    try:
        return connection.recv(1, socket.MSG_PEEK) == b""
    except ConnectionResetError:
        return True


def encode(request: Request) -> bytes:
    """The bytes of the request in HTTP/1.1."""
    headers = [f"{name}: {value}" for name, value in all_headers(request)]
    head = "\r\n".join([f"{request.method} {request.target} HTTP/1.1", *headers, "", ""]).encode("latin-1")
    if not request.chunked:
        return head + request.body
    return head + b"%x\r\n%b\r\n0\r\n\r\n" % (len(request.body), request.body)


def read_answer(connection: socket.socket, method: str = "GET") -> Answer:
    """The next answer on the connection, to a request with this method."""
    with HTTPResponse(connection, method=method) as response:
        response.begin()
        body = response.read()
        return Answer(response.status, Headers(response.getheaders()), body)
