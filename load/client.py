"""One connection to the service."""

import re
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import quote, urlsplit

import orjson

from load.errors import LoadError
from load.oracle import Tweet

TIMEOUT_SECONDS = 30.0
PAGE_LIMIT = 100

ATTEMPTS = 5
PAUSE_SECONDS_MAX = 60
_SECONDS = re.compile(r"[0-9]{1,9}")
"""A request that is answered 503 is sent so often, each time when `Retry-After` says."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Address:
    """The address of a service."""

    url: str
    host: str
    port: int

    @classmethod
    def parse(cls, url: str) -> "Address":
        """Raises `ValueError` when the URL is not like `http://HOST` or `http://HOST:PORT`."""
        parts = urlsplit(url)
        if parts.scheme != "http" or not parts.hostname or parts.path.strip("/") or parts.query:
            raise ValueError(f"{url!r} is not like http://127.0.0.1:8080")
        return cls(url, parts.hostname, parts.port or 80)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a home timeline."""

    tweets: list[Tweet]
    next_cursor: str | None
    since_id: str


class Client:
    """Talks to the service over one kept-alive connection; for one thread at a time.

    Every call raises `LoadError` when the service cannot be reached, is silent for `TIMEOUT_SECONDS`, or answers
    anything else than what the call is for. What a busy service refuses is sent again, as every client should.
    """

    def __init__(self, address: Address) -> None:
        self._address = address
        self._connection = HTTPConnection(address.host, address.port, timeout=TIMEOUT_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def follow(self, follower: str, followee: str) -> None:
        self._call("PUT", f"/v1/users/me/following/{followee}", follower, 204, lambda _: None)

    def publish(self, author: str, text: str) -> Tweet:
        """Returns the tweet as the service answers that it is stored."""
        body = orjson.dumps({"text": text})
        key = {"Idempotency-Key": f'"{uuid.uuid4()}"'}
        return self._call("POST", "/v1/tweets", author, 201, lambda answer: _tweet(orjson.loads(answer)), body, key)

    def timeline(
        self, user: str, *, cursor: str | None = None, since_id: str | None = None, limit: int = PAGE_LIMIT
    ) -> Page:
        """The first page of the user's home timeline, the page at `cursor`, or what came after `since_id`."""
        path = f"/v1/users/me/timeline?limit={limit}"
        if cursor is not None:
            path += f"&cursor={quote(cursor, safe='')}"
        if since_id is not None:
            path += f"&since_id={since_id}"
        return self._call("GET", path, user, 200, _page)

    def tweets(self, user: str) -> list[Tweet]:
        """All tweets of the user, newest first."""
        return [_tweet(item) for item in self._whole_list(f"/v1/users/{user}/tweets", user)]

    def newest_authors(self) -> list[str]:
        """The authors of the newest tweets of all, newest first; as often as they published."""
        return self._call("GET", "/v1/tweets?limit=20", "", 200, _authors)

    def tweets_count(self, user: str) -> int:
        return self._call(
            "GET", f"/v1/users/{user}", user, 200, lambda answer: int(orjson.loads(answer)["tweets_count"])
        )

    def following(self, user: str) -> list[str]:
        """All users whom the user follows, newest follow first."""
        return [item["id"] for item in self._whole_list(f"/v1/users/{user}/following", user)]

    def _whole_list(self, path: str, user: str) -> list[Any]:
        items: list[Any] = []
        cursor = ""
        while True:
            more = f"&cursor={quote(cursor, safe='')}" if cursor else ""
            page = self._call("GET", f"{path}?limit={PAGE_LIMIT}{more}", user, 200, orjson.loads)
            items += page["data"]
            cursor = page["meta"]["next_cursor"]
            if cursor is None:
                return items

    def _call(
        self,
        method: str,
        path: str,
        user: str,
        status: int,
        parse: Callable[[bytes], T],
        body: bytes | None = None,
        headers: Mapping[str, str] = {},
    ) -> T:
        request = f"{method} {path} of {user or 'nobody'}"
        headers = {"X-User-Id": user, "Content-Type": "application/json", **headers}
        response, answer = self._answer(method, path, body, headers)
        for _ in range(ATTEMPTS - 1):
            if response.status != HTTPStatus.SERVICE_UNAVAILABLE:
                break
            time.sleep(_pause(response.headers.get("Retry-After", "")))
            response, answer = self._answer(method, path, body, headers)
        if response.status != status:
            raise LoadError(f"{self._address.url} answered {request} with status {response.status}: {_shown(answer)}")
        try:
            return parse(answer)
        except (LookupError, TypeError, ValueError):
            raise LoadError(f"{self._address.url} answered {request} with something else: {_shown(answer)}") from None

    def _answer(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> tuple[HTTPResponse, bytes]:
        try:
            self._connection.request(method, path, body, headers)
            response = self._connection.getresponse()
            return response, response.read()
        except (OSError, HTTPException) as error:
            # Without this, the next call could not connect anew.
            self._connection.close()
            raise LoadError(f"{self._address.url} cannot be reached: {error}.") from None


def _page(answer: bytes) -> Page:
    document = orjson.loads(answer)
    meta = document["meta"]
    return Page([_tweet(tweet) for tweet in document["data"]], meta["next_cursor"], meta["since_id"])


def _authors(answer: bytes) -> list[str]:
    return [str(tweet["author_id"]) for tweet in orjson.loads(answer)["data"]]


def _tweet(document: Any) -> Tweet:  # noqa: ANN401 - whatever JSON holds
    return Tweet(int(document["id"]), document["author_id"], document["text"])


def _shown(answer: bytes) -> str:
    """Returns the detail of a problem, or the start of any other answer."""
    try:
        return str(orjson.loads(answer)["detail"])
    except (LookupError, TypeError, ValueError):
        return repr(answer[:200].decode(errors="replace"))


def _pause(retry_after: str) -> int:
    """Returns the seconds to wait. Other servers on the way may answer a date, or much."""
    return min(int(retry_after), PAUSE_SECONDS_MAX) if _SECONDS.fullmatch(retry_after) else 1
