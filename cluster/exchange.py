"""A request and its answer."""

from http.client import HTTPConnection

ANSWER_SECONDS = 30.0

TIMELINE = "/v1/users/me/timeline"


def exchange(
    connection: HTTPConnection, method: str, path: str, user: str = "", body: bytes | None = None
) -> tuple[int, bytes]:
    """Status and body of the answer to one request."""
    send(connection, method, path, user, body)
    return receive(connection)


def send(connection: HTTPConnection, method: str, path: str, user: str = "", body: bytes | None = None) -> None:
    headers = {"X-User-Id": user} if user else {}
    if body is not None:
        headers["Content-Type"] = "application/json"
    connection.request(method, path, body, headers)


def receive(connection: HTTPConnection) -> tuple[int, bytes]:
    response = connection.getresponse()
    return response.status, response.read()
