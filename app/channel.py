"""What Perch wants otherwise than waitress does it."""

import re
import time
from collections.abc import Callable
from copy import copy
from typing import Any

from waitress.channel import HTTPChannel
from waitress.task import ErrorTask, WSGITask
from waitress.utilities import RequestEntityTooLarge

from app.strict_parser import StrictParser
from infrastructure.http.envelope import WHEN_GONE, request_id_of
from infrastructure.http.problems import CONTENT_TYPE, Problem, body_too_large

ALWAYS_ANSWERED = frozenset({"/livez", "/readyz", "/metrics"})
"""Whoever watches the process must not take it for dead because it is busy."""


SEND_SECONDS_MAX = 15.0
"""For a request, from its first byte to its last, and for the first one from the start of the connection."""

TAKE_SECONDS_MAX = 30.0
"""For what was answered; a stream may be so long behind."""


_ALWAYS_ANSWERED = frozenset(path.encode() for path in ALWAYS_ANSWERED)
_ANY_HEADER = (
    rb"(?i:X-Request-Id: ?(?P<id%d>[A-Z0-9_-]{1,128})\r\n|Connection: ?keep-alive\r\n"
    rb"|(?!Connection:|Content-Length:|Expect:|Transfer-Encoding:|Upgrade:|X-Request-Id:)[A-Z0-9-]+:[^\r\n]*\r\n)"
)
_PLAIN = re.compile(
    rb"(?:GET|POST|PUT|DELETE) (?P<path>/[!->@-~]*)(?:\?[!-~]*)? HTTP/1\.1\r\n"
    rb"%b*(?:(?i:Content-Length: ?(?P<length>[0-9]{1,5})\r\n)%b*)?\r\n" % (_ANY_HEADER % 1, _ANY_HEADER % 2)
)
"""A request of HTTP/1.1 that wants nothing special of the connection, up to its body."""


class _KeptAliveTask(WSGITask):
    """Keeps the connection after an answer without a body; waitress closes it after each 204 and 304.

    While the server drains, every answer says that it is the connection's last.
    """

    channel: Any
    request: Any

    def get_environment(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environment()
        environ[WHEN_GONE] = self.channel.when_gone
        return environ

    def build_response_header(self) -> bytes:
        if self.channel.server.draining:
            super().set_close_on_finish()
        return super().build_response_header()

    def set_close_on_finish(self) -> None:
        asked_to = self.version == "1.0" or self.request.headers.get("CONNECTION", "").lower() == "close"
        if self.has_body or asked_to:
            super().set_close_on_finish()


class _ProblemTask(ErrorTask):
    """Answers by a problem what the application does not get to see."""

    request: Any
    response_headers: list[tuple[str, str]]

    def execute(self) -> None:
        match self.request.error:
            case RequestEntityTooLarge():
                self._answer("413 Request Entity Too Large", body_too_large())
                # The rest of the body is still to come, and nobody reads it.
                self.set_close_on_finish()
            case Problem() as problem:
                self._answer("503 Service Unavailable", problem)
            case _:
                super().execute()

    def _answer(self, status: str, problem: Problem) -> None:
        request_id = request_id_of(self.request.headers.get("X_REQUEST_ID", ""))
        body = problem.document(request_id)
        self.status = status
        self.response_headers += [("Content-Type", CONTENT_TYPE), ("X-Request-Id", request_id)]
        self.response_headers += list((problem.headers or {}).items())
        self.content_length = len(body)
        self.write(body)


class Channel(HTTPChannel):
    """A connection that answers by these tasks, and tells when its client is gone."""

    task_class = _KeptAliveTask
    error_task_class = _ProblemTask
    server: Any
    requests: list[Any]
    parser_class = StrictParser
    _tell: Callable[[], object] | None = None
    _behind_since: float | None = None

    def __init__(self, *arguments: Any, **more: Any) -> None:  # noqa: ANN401 - waitress's own
        super().__init__(*arguments, **more)
        self._waiting_since: float | None = time.monotonic()

    def received(self, data: bytes) -> bool:
        if not self.server.has_place_for(self) and self._is_refused_unparsed(data):
            return True
        if self._waiting_since is None:
            self._waiting_since = time.monotonic()
        more: bool = super().received(data)
        if self.request is None:
            self._waiting_since = None
        return more

    def _is_refused_unparsed(self, data: bytes) -> bool:
        """Refuses the plainest of requests at a fifth of the cost, which those inside would pay; others are parsed."""
        plain = _PLAIN.match(data)
        if plain is None or plain["path"] in _ALWAYS_ANSWERED or self._is_amid_something():
            return False
        if len(data) != plain.end() + int(plain["length"] or 0):
            return False
        answer = self.server.refusal(plain["id1"] or plain["id2"])
        self._waiting_since = None
        if self.send(answer) < len(answer):
            self.handle_close()
        return True

    def _is_amid_something(self) -> bool:
        return bool(self.request or self.requests or self.total_outbufs_len or self.server.draining)

    def is_too_slow(self, now: float) -> bool:
        """Whether the client takes longer than it may to send a request whole, or to take an answer.

        Waitress waits as long as some byte comes now and then. To be asked about once a second.
        """
        if self._waiting_since is not None and now - self._waiting_since > SEND_SECONDS_MAX:
            return True
        if not self.total_outbufs_len:
            self._behind_since = None
        elif self._behind_since is None:
            self._behind_since = now
        return self._behind_since is not None and now - self._behind_since > TAKE_SECONDS_MAX

    def service(self) -> None:
        """Runs in a thread of the dispatcher, or for a request that was refused in the server's own."""
        try:
            super().service()
        finally:
            if not self.requests:
                self.server.in_flight.discard(self)

    def is_always_answered(self) -> bool:
        # A request that could not be parsed has no path.
        return getattr(self.requests[0], "path", None) in ALWAYS_ANSWERED

    def refuse(self, problem: Problem) -> None:
        """Answers its next request by a problem."""
        if self.requests:
            self.requests[0].error = problem
            self.service()

    def when_gone(self, tell: Callable[[], object]) -> None:
        """Calls `tell`, at once or later, when there is nobody any more to answer to.

        Only from now on is a client that stops sending taken for gone: one who waits for an ordinary answer may do so.
        Nor is its request in flight any more: who must know of the end does not end soon.
        """
        self.server.in_flight.discard(self)
        self._tell = tell
        self.adj = copy(self.adj)
        self.adj.channel_request_lookahead = 1
        self.server.pull_trigger()
        if not self.connected:
            tell()

    def handle_close(self) -> None:
        super().handle_close()
        self.server.in_flight.discard(self)
        if self._tell is not None:
            self._tell()
