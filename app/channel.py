"""What Perch wants otherwise than waitress does it."""

import secrets
from collections.abc import Callable
from copy import copy
from typing import Any

from waitress.channel import HTTPChannel
from waitress.task import ErrorTask, WSGITask
from waitress.utilities import RequestEntityTooLarge

from app.strict_parser import StrictParser
from infrastructure.http.envelope import WHEN_GONE
from infrastructure.http.problems import CONTENT_TYPE, body_too_large


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
    """Refuses a body that waitress does not even read by the same problem as one that it does."""

    request: Any
    response_headers: list[tuple[str, str]]

    def execute(self) -> None:
        if not isinstance(self.request.error, RequestEntityTooLarge):
            super().execute()
            return
        request_id = secrets.token_hex(16)
        body = body_too_large().document(request_id)
        self.status = "413 Request Entity Too Large"
        self.response_headers += [("Content-Type", CONTENT_TYPE), ("X-Request-Id", request_id)]
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class Channel(HTTPChannel):
    """A connection that answers by these tasks, and tells when its client is gone."""

    task_class = _KeptAliveTask
    error_task_class = _ProblemTask
    parser_class = StrictParser
    _tell: Callable[[], object] | None = None

    def when_gone(self, tell: Callable[[], object]) -> None:
        """Calls `tell`, at once or later, when there is nobody any more to answer to.

        Only from now on is a client that stops sending taken for gone: one who waits for an ordinary answer may do so.
        """
        self._tell = tell
        self.adj = copy(self.adj)
        self.adj.channel_request_lookahead = 1
        self.server.pull_trigger()
        if not self.connected:
            tell()

    def handle_close(self) -> None:
        super().handle_close()
        if self._tell is not None:
            self._tell()
