"""The rows of the tables of bad input, and the routes that they are sent to."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.http.client import JSON
from tests.http.problems import Where
from tests.http.wire import HeaderList, Request

IDENTITY_HEADER = "X-User-Id"
CALLER = "alice"
"""The user who sends bad input; nothing that is stored for this user may change."""

AS_CALLER = ((IDENTITY_HEADER, CALLER),)


@dataclass(frozen=True, slots=True)
class Case:
    """A request that breaks one rule, and the problem that it must be answered with."""

    name: str
    request: Request
    status: int
    code: str
    where: Where | None = None


def publication(body: bytes, *, headers: HeaderList = (JSON,), query: str = "", chunked: bool = False) -> Request:
    """A request of the caller to publish."""
    return Request("POST", f"/v1/tweets{query}", (*AS_CALLER, *headers), body, chunked)


@dataclass(frozen=True, slots=True)
class Route:
    """A route with a target that it accepts."""

    method: str
    target: str
    private: bool = False
    body: bytes = b""

    def request(self, query: str = "", *, headers: HeaderList | None = None) -> Request:
        """A request of the caller to this route; `headers` replace the caller's identity."""
        sent = AS_CALLER if headers is None else headers
        return Request(self.method, self.target + query, (*sent, JSON) if self.body else sent, self.body)

    def __str__(self) -> str:
        return f"{self.method} {self.target}"


TEXT = b'{"text":"hello"}'

ROUTES: Sequence[Route] = (
    Route("POST", "/v1/tweets", private=True, body=TEXT),
    Route("GET", "/v1/tweets"),
    Route("GET", "/v1/tweets/1"),
    Route("DELETE", "/v1/tweets/1", private=True),
    Route("GET", "/v1/users/me", private=True),
    Route("GET", "/v1/users/bob"),
    Route("GET", "/v1/users/bob/tweets"),
    Route("GET", "/v1/users/bob/followers"),
    Route("GET", "/v1/users/bob/following"),
    Route("PUT", "/v1/users/me/following/bob", private=True),
    Route("DELETE", "/v1/users/me/following/bob", private=True),
    Route("GET", "/v1/users/me/relationships", private=True),
    Route("GET", "/v1/users/me/timeline", private=True),
    Route("GET", "/livez"),
    Route("GET", "/readyz"),
)
"""Every route; /v1/tweets/1 and relationships without ids pass all checks but the last."""

PRIVATE_ROUTES = [route for route in ROUTES if route.private]
LISTS = (
    "/v1/tweets",
    "/v1/users/alice/tweets",
    "/v1/users/alice/followers",
    "/v1/users/alice/following",
    "/v1/users/me/timeline",
)
