"""Waitress tasks: one has the application answer a request, the other refuses it."""

from typing import Any

from waitress.task import ErrorTask, WSGITask
from waitress.utilities import RequestEntityTooLarge

from infrastructure.http.envelope import ARRIVED_AT, NOSNIFF, WHEN_GONE, Headers, request_id_of
from infrastructure.http.problems import Problem, body_too_large
from infrastructure.http.reply import STATUS_LINES
from infrastructure.server.refusal import refusal


class KeptAliveTask(WSGITask):
    """Keeps the connection open after a response without a body; waitress closes it after each 204 and 304.

    While the server drains, every response closes its connection.
    """

    channel: Any
    request: Any

    def get_environment(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environment()
        environ[WHEN_GONE] = self.channel.when_gone
        environ[ARRIVED_AT] = self.channel.admitted_at
        return environ

    def build_response_header(self) -> bytes:
        if self.channel.server.draining:
            super().set_close_on_finish()
        header: bytes = super().build_response_header()
        if self.request.command == "HEAD":
            # waitress would send the end of a body whose length it does not know, which is content.
            self.chunked_response = False
        return header

    def set_close_on_finish(self) -> None:
        asked_to = self.version == "1.0" or self.request.headers.get("CONNECTION", "").lower() == "close"
        if self.has_body or asked_to:
            super().set_close_on_finish()


class ProblemTask(ErrorTask):
    """Answers a request without calling the application: with a problem, or with what waitress says of its syntax."""

    channel: Any
    request: Any
    response_headers: list[tuple[str, str]]

    def execute(self) -> None:
        cors = self.channel.server.cors.headers(self.request.headers.get("ORIGIN"))
        match self.request.error:
            case RequestEntityTooLarge():
                # The rest of the body is not read.
                self.set_close_on_finish()
                self._answer(body_too_large(), cors)
            case Problem() as problem:
                self._answer(problem, cors)
            case _:
                self.response_headers += [NOSNIFF, *cors]
                super().execute()

    def _answer(self, problem: Problem, cors: Headers) -> None:
        reply = refusal(problem, request_id_of(self.request.headers.get("X_REQUEST_ID", "")), cors)
        self.status = STATUS_LINES[reply.status]
        self.response_headers += reply.headers
        self.content_length = sum(map(len, reply.body))
        self.write(b"" if self.request.command == "HEAD" else b"".join(reply.body))
