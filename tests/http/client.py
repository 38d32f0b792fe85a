"""One caller of the service, over any transport."""

import json
from typing import Any

from tests.http.wire import Answer, Request, Transport

JSON = ("Content-Type", "application/json")


class Client:
    """Sends requests as this user, or without an identity."""

    def __init__(self, transport: Transport, user_id: str | None = None) -> None:
        self._transport = transport
        self._identity = [] if user_id is None else [("X-User-Id", user_id)]

    def send(self, method: str, target: str, *headers: tuple[str, str], body: bytes = b"") -> Answer:
        return self._transport.send(Request(method, target, (*self._identity, *headers), body))

    def get(self, target: str, *headers: tuple[str, str]) -> Answer:
        return self.send("GET", target, *headers)

    def put(self, target: str) -> Answer:
        return self.send("PUT", target)

    def delete(self, target: str) -> Answer:
        return self.send("DELETE", target)

    def post(self, target: str, document: object) -> Answer:
        return self.send("POST", target, JSON, body=json.dumps(document).encode())

    def publish(self, text: str = "hello") -> dict[str, Any]:
        """Publishes a tweet and returns it."""
        answer = self.post("/v1/tweets", {"text": text})
        assert answer.status == 201, answer.body
        return answer.json()

    def follow(self, user_id: str) -> None:
        assert self.put(f"/v1/users/me/following/{user_id}").status == 204

    def unfollow(self, user_id: str) -> None:
        assert self.delete(f"/v1/users/me/following/{user_id}").status == 204

    def page(self, target: str) -> dict[str, Any]:
        """The page at this target; the status must be 200."""
        answer = self.get(target)
        assert answer.status == 200, answer.body
        return answer.json()
