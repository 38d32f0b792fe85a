"""The keys that tokens are signed with, fetched from the identity provider's JWKS URL."""

import math
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, Request, build_opener

import jwt
import orjson

from domain.errors import Unavailable
from infrastructure.log import get_logger

log = get_logger("perch.http")

KEPT_SECONDS = 300.0
UNKNOWN_KEY_SECONDS = 30.0
"""The shortest time between two fetches because no key has signed a token."""

PAUSE_SECONDS = 10.0
"""After a failed fetch, requests that need another fail at once for this time, so that threads do not queue up."""

TIMEOUT_SECONDS = 5.0
BYTES_MAX = 512 * 1024

Monotonic = Callable[[], float]


@dataclass(frozen=True, slots=True)
class _Keys:
    """The keys of one algorithm, fetched at a time. A key without an id may have signed any token."""

    keys: Sequence[jwt.PyJWK]
    fetched_at: float

    def has(self, key_id: str | None) -> bool:
        return key_id is not None and any(key.key_id == key_id for key in self.keys)

    def fitting(self, key_id: str | None) -> Sequence[jwt.PyJWK]:
        return [key for key in self.keys if not key_id or not key.key_id or key.key_id == key_id]


class JwksKeys:
    """Caches the keys for five minutes, and fetches them again if none of them fits a token.

    A token without a key id, and one whose id no key has, may be signed with a key that is new. One thread at a time
    fetches. Tokens with a cached key do not wait. The lock protects the fetch and the time of the last failure.
    """

    def __init__(self, url: str, algorithm: str, agent: str, monotonic: Monotonic) -> None:
        """Only keys of this algorithm are used. The provider sees `agent` as the `User-Agent`."""
        self._request = Request(url, headers={"Accept": "application/json", "User-Agent": agent})  # noqa: S310 - the settings allow http and https
        self._algorithm = algorithm
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._keys = _Keys((), -math.inf)
        self._failed_at = -math.inf

    def keys_for(self, token: str) -> Iterator[jwt.PyJWK]:
        """Yields the keys that may have signed the token, then those that were published since.

        Raises `jwt.InvalidTokenError` for a token without a readable header, `Unavailable` if keys cannot be fetched.
        """
        key_id = jwt.get_unverified_header(token).get("kid")
        keys = self._fetched_within(KEPT_SECONDS)
        yield from keys.fitting(key_id)
        if not keys.has(key_id):
            newer = self._fetched_within(UNKNOWN_KEY_SECONDS)
            if newer is not keys:
                yield from newer.fitting(key_id)

    def _fetched_within(self, seconds: float) -> _Keys:
        """Returns keys that are not older than `seconds`."""
        keys = self._keys
        if self._monotonic() - keys.fetched_at < seconds:
            return keys
        with self._lock:
            if self._keys is keys:
                self._keys = self._fetch_keys()
            return self._keys

    def _fetch_keys(self) -> _Keys:
        if self._monotonic() - self._failed_at < PAUSE_SECONDS:
            raise _unavailable()
        try:
            published = jwt.PyJWKSet.from_dict(orjson.loads(_fetch(self._request, self._monotonic)))
            return _Keys(_signing_keys(published, self._algorithm), self._monotonic())
        except Exception as error:
            # Whatever is wrong with the provider's answer, it is not the caller's fault.
            self._failed_at = self._monotonic()
            log.error("key_set_unavailable", error=_reason(error))  # noqa: TRY400 - the traceback may quote the answer
            raise _unavailable() from error


def _unavailable() -> Unavailable:
    return Unavailable("The keys that tokens are signed with cannot be fetched.", math.ceil(PAUSE_SECONDS))


def _signing_keys(published: jwt.PyJWKSet, algorithm: str) -> Sequence[jwt.PyJWK]:
    for_signatures = [key for key in published.keys if key.public_key_use in ("sig", None)]
    keys = [key for key in for_signatures if key.algorithm_name == algorithm]
    if not keys:
        raise ValueError(f"no key to check {algorithm} signatures with")
    return keys


def _reason(error: Exception) -> str:
    """Returns what went wrong, without texts that may quote the address or the answer."""
    if isinstance(error, HTTPError):
        return f"the answer has the status {error.code}"
    if isinstance(error, URLError):
        return str(error.reason)
    harmless = isinstance(error, ValueError | OSError | jwt.PyJWKSetError)
    return f"{type(error).__name__}: {error}" if harmless else type(error).__name__


class _NoRedirects(HTTPRedirectHandler):
    """Refuses redirects: only the address in the settings is trusted."""

    def redirect_request(self, *_: Any) -> None:  # noqa: ANN401 - as in the library
        return None


def _fetch(request: Request, monotonic: Monotonic) -> bytes:
    deadline = monotonic() + TIMEOUT_SECONDS
    try:
        with build_opener(_NoRedirects()).open(request, timeout=TIMEOUT_SECONDS) as answer:
            return _read(answer, lambda: monotonic() < deadline)
    except HTTPError as error:
        error.close()
        raise


def _read(answer: IO[bytes], in_time: Callable[[], bool]) -> bytes:
    """Returns the answer's body; raises `ValueError` if it is too large, or too slow in total."""
    read = b""
    while part := answer.read1(BYTES_MAX):  # type: ignore[attr-defined]
        read += part
        if len(read) > BYTES_MAX or not in_time():
            raise ValueError("the answer is too large or too slow")
    return read
