"""Waitress tasks: one has the application answer a request, the other answers with a problem."""

from typing import Any

from waitress.task import ErrorTask, WSGITask
from waitress.utilities import RequestEntityTooLarge

from infrastructure.http.envelope import WHEN_GONE, request_id_of
from infrastructure.http.problems import CONTENT_TYPE, Problem, body_too_large


class KeptAliveTask(WSGITask):
    """Keeps the connection open after a response without a body; waitress closes it after each 204 and 304.

    While the server drains, every response closes its connection.
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


class ProblemTask(ErrorTask):
    """Answers a request with a problem without calling the application."""

    request: Any
    response_headers: list[tuple[str, str]]

    def execute(self) -> None:
        match self.request.error:
            case RequestEntityTooLarge():
                self._answer("413 Request Entity Too Large", body_too_large())
                # The rest of the body is not read.
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
