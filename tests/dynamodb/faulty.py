"""A server in front of the emulator that does what DynamoDB does and the emulator does not: it refuses, and reads late.

It passes requests on to the emulator, and nothing that it answers itself comes from anywhere else.
"""

import json
import threading
from collections import Counter
from collections.abc import Callable
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from cluster.engines.ports import LOCALHOST

Json = dict[str, Any]
Answer = tuple[int, Any]
Pass = Callable[[Json], Answer]
Fault = Callable[[str, Json, Pass], Answer | None]
"""Gets the operation, the request and what passes it on; returns the answer, or None for the emulator's own."""

SECONDS = 20.0
BAD_REQUEST, SERVER_ERROR = 400, 500


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Says nothing of clients that have left."""


class FaultyDynamo:
    """The emulator, with faults; as a context manager it runs until the block ends.

    `asked` counts the requests by operation. The lock protects it and the faults.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self.asked: Counter[str] = Counter()
        faulty = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = 1 << 16
            """So that an answer is sent in one piece."""

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, answer = faulty.answer(dict(self.headers.items()), json.loads(body))
                sent = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/x-amz-json-1.0")
                self.send_header("Content-Length", str(len(sent)))
                self.end_headers()
                self.wfile.write(sent)

            def log_message(self, *_: object) -> None:
                """Logs nothing."""

        self._server = _Server((LOCALHOST, 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self.port = self._server.server_port

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join(SECONDS)
        self._server.server_close()

    def refuse(self, code: str, times: int, *, status: int = BAD_REQUEST) -> None:
        """Refuses so many requests with this error."""
        self._add(times, lambda *_: (status, {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "no"}))

    def babble(self, times: int, body: bytes = b"<html>Welcome</html>") -> None:
        """Answers so many requests with what is no answer of DynamoDB, as a proxy may."""
        self._add(times, lambda *_: (200, body))

    def leave(self, taken: int, times: int) -> None:
        """Takes only the first items of so many batches."""

        def fault(operation: str, request: Json, pass_on: Pass) -> Answer | None:
            if operation != "BatchWriteItem":
                return None
            [(table, items)] = request["RequestItems"].items()
            if taken:
                status, _ = pass_on({**request, "RequestItems": {table: items[:taken]}})
                assert status == 200
            return 200, {"UnprocessedItems": {table: items[taken:]} if items[taken:] else {}}

        self._add(times, fault)

    def read_late(self) -> None:
        """Answers a read that is not strongly consistent as it was the first time."""
        first: dict[str, Answer] = {}

        def fault(operation: str, request: Json, pass_on: Pass) -> Answer | None:
            if operation != "Query" or request.pop("ConsistentRead", False):
                return None
            return first.setdefault(json.dumps(request, sort_keys=True), pass_on(request))

        self._faults.append(fault)

    def make_slowly(self, times: int) -> None:
        """A table is not active yet when somebody looks so many times."""

        def fault(operation: str, request: Json, pass_on: Pass) -> Answer | None:
            if operation != "DescribeTable":
                return None
            status, answer = pass_on(request)
            answer["Table"]["TableStatus"] = "CREATING"
            return status, answer

        self._add(times, fault)

    def mend(self) -> None:
        """Ends all faults."""
        with self._lock:
            self._faults.clear()

    def _add(self, times: int, fault: Fault) -> None:
        left = [times]

        def some(operation: str, request: Json, pass_on: Pass) -> Answer | None:
            with self._lock:
                if not left[0]:
                    return None
                left[0] -= 1
            answer = fault(operation, request, pass_on)
            if answer is None:
                with self._lock:
                    left[0] += 1
            return answer

        self._faults.append(some)

    def answer(self, headers: dict[str, str], request: Json) -> Answer:
        operation = headers["X-Amz-Target"].partition(".")[2]

        def pass_on(changed: Json) -> Answer:
            return self._pass(headers, changed)

        with self._lock:
            self.asked[operation] += 1
            faults = list(self._faults)
        for fault in faults:
            if answer := fault(operation, request, pass_on):
                return answer
        return pass_on(request)

    def _pass(self, headers: dict[str, str], request: Json) -> Answer:
        connection = HTTPConnection(LOCALHOST, self._port, timeout=SECONDS)
        try:
            kept = {name: value for name, value in headers.items() if name.lower() != "content-length"}
            connection.request("POST", "/", json.dumps(request).encode(), kept)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()
