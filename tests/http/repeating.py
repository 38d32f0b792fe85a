"""A client that is refused for a moment, and asks again."""

import time
import uuid
from dataclasses import replace

from tests.http.wire import Answer, Request, Transport

PATIENCE_SECONDS = 60.0
PAUSE_SECONDS = 0.2


class Repeating:
    """Sends each request that is answered 503 again, for `PATIENCE_SECONDS`; a POST has an idempotency key."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.refused = 0
        """How many answers were 503."""

    def send(self, request: Request) -> Answer:
        if request.method == "POST":
            request = replace(request, headers=[*request.headers, ("Idempotency-Key", uuid.uuid4().hex)])
        until = time.monotonic() + PATIENCE_SECONDS
        while (answer := self._transport.send(request)).status == 503 and time.monotonic() < until:
            self.refused += 1
            time.sleep(PAUSE_SECONDS)
        return answer
