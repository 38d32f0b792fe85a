"""The waitress connection with Perch's additions."""

import time
from collections.abc import Callable
from copy import copy
from socket import SHUT_WR
from typing import Any

from waitress.channel import HTTPChannel

from infrastructure.http.problems import Problem
from infrastructure.server.plain_request import encoded, request_id_of_plain
from infrastructure.server.refusal import refusal
from infrastructure.server.served import is_always_answered
from infrastructure.server.strict_parser import StrictParser
from infrastructure.server.tasks import KeptAliveTask, ProblemTask

SEND_SECONDS_MAX = 15.0
"""The client's time to send a request, from its first byte; for the first request, from the start of the connection."""

TAKE_SECONDS_MAX = 30.0
"""The client's time to read the answer. A stream's client may lag behind by this time."""

UNREAD_BYTES_MAX = 1024 * 1024
"""A connection with so much to read gets no further answer until its client has read. waitress lets threads wait at
`outbuf_high_watermark` (16 MiB), also the one that alone could see that the client has read or is gone."""

DISCARDED_BYTES_MAX = 64 * 1024 * 1024
"""How much of a refused request is read on, for at most `SEND_SECONDS_MAX`, so that its client gets the answer."""


class Channel(HTTPChannel):
    """A connection that has time-outs, refuses requests over the limit, and reports when its client is gone."""

    task_class = KeptAliveTask
    error_task_class = ProblemTask
    server: Any
    socket: Any
    requests: list[Any]
    parser_class = StrictParser
    admitted_at = 0.0
    """The monotonic time at which the next request was there as a whole."""
    _on_gone: Callable[[], object] | None = None
    _unread_since: float | None = None
    _leaves_rest = False
    _left_to_discard = 0

    def __init__(self, *arguments: Any, **more: Any) -> None:  # noqa: ANN401 - waitress's own
        super().__init__(*arguments, **more)
        self._request_since: float | None = time.monotonic()

    def received(self, data: bytes) -> bool:
        if self.is_discarding():
            self._left_to_discard -= len(data)
            if not self.is_discarding():
                self.will_close = True
            return True
        if not self.server.has_place_for(self) and self._is_refused_unparsed(data):
            return True
        if self._request_since is None:
            self._request_since = time.monotonic()
        more: bool = super().received(data)
        if self.request is None:
            self._request_since = None
        return more

    def _is_refused_unparsed(self, data: bytes) -> bool:
        """Refuses a plain request at a third of the cost of parsing, which leaves CPU time to requests in flight."""
        if self._is_busy() or (request_id := request_id_of_plain(data)) is None:
            return False
        answer = encoded(refusal(self.server.shed(), request_id, self.server.cors.headers(None)))
        self._request_since = None
        if self.send(answer) < len(answer):
            self.handle_close()
        return True

    def _is_busy(self) -> bool:
        return bool(self.request or self.requests or self.total_outbufs_len or self.server.draining)

    def is_too_slow(self, now: float) -> bool:
        """Returns True if the client exceeds its time to send a whole request or to read an answer.

        Waitress itself waits as long as some bytes arrive now and then. Call this about once a second.
        """
        if self._request_since is not None and now - self._request_since > SEND_SECONDS_MAX:
            return True
        if not self.total_outbufs_len:
            self._unread_since = None
        elif self._unread_since is None:
            self._unread_since = now
        return self._unread_since is not None and now - self._unread_since > TAKE_SECONDS_MAX

    def service(self) -> None:
        """Runs in a thread of the dispatcher; for a refused request, in the thread that reads requests."""
        self._leaves_rest = self.requests[0].error is not None
        try:
            super().service()
        finally:
            if not self.requests:
                self.server.in_flight.discard(self)

    def handle_write(self) -> None:
        """Half-closes the connection after a refusal, instead of closing it.

        The system resets a closed connection whose client still sends, and a reset deletes an answer that the client
        has not read yet (RFC 9112, section 9.6).
        """
        half_close = self.close_when_flushed and self._leaves_rest
        if half_close:
            self.close_when_flushed = False
        super().handle_write()
        if half_close and self.connected:
            if self.total_outbufs_len:
                self.close_when_flushed = True
            else:
                self._discard_rest()

    def _discard_rest(self) -> None:
        self.request = None
        self._request_since = time.monotonic()
        self._left_to_discard = DISCARDED_BYTES_MAX
        try:
            self.socket.shutdown(SHUT_WR)
        except OSError:  # the client is gone
            self.handle_close()

    def has_read_enough(self) -> bool:
        """Returns True if the next request may be answered: little is left to read, or the client is gone."""
        return self.total_outbufs_len <= UNREAD_BYTES_MAX or not self.connected

    def is_discarding(self) -> bool:
        """Returns True while the rest of a refused request is read on."""
        return self._left_to_discard > 0

    def needs_no_place(self) -> bool:
        """Returns True if the next request is answered whatever is in flight, for example if it is in error.

        One that is in error must keep its answer, which closes the connection: the rest of its body is not read.
        """
        request = self.requests[0]
        return request.error is not None or is_always_answered(request.command, request.path)

    def refuse(self, problem: Problem) -> None:
        """Answers the next request with a problem."""
        if self.requests:
            self.requests[0].error = problem
            self.service()

    def when_gone(self, callback: Callable[[], object]) -> None:
        """Calls `callback` when the client is gone, at once if it is gone already.

        From now on a client that closes its sending side counts as gone; one that waits for an ordinary answer may do
        so. The request no longer counts as in flight, because an answer that needs this is a long one.
        """
        self.server.in_flight.discard(self)
        self._on_gone = callback
        self.adj = copy(self.adj)
        self.adj.channel_request_lookahead = 1
        self.server.pull_trigger()
        if not self.connected:
            callback()

    def handle_close(self) -> None:
        super().handle_close()
        self.server.in_flight.discard(self)
        if self._on_gone is not None:
            self._on_gone()
