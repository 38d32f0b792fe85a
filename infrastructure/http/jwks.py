"""The keys that tokens are signed with, fetched from the identity provider's JWKS URL."""

import math
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import IO, Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, build_opener

import jwt
import orjson

from domain.errors import Unavailable

KEPT_SECONDS = 300.0
UNKNOWN_KEY_SECONDS = 30.0
"""The shortest time between two fetches because of an unknown key id."""

PAUSE_SECONDS = 10.0
"""After a failed fetch, requests that need another fail at once for this time, so that threads do not queue up."""

TIMEOUT_SECONDS = 5.0
BYTES_MAX = 512 * 1024

Monotonic = Callable[[], float]


@dataclass(frozen=True, slots=True)
class _Keys:
    by_id: Mapping[str, jwt.PyJWK]
    fetched_at: float


class JwksKeys:
    """Caches the keys for five minutes, and fetches them again if a token has an unknown key id.

    One thread at a time fetches. Tokens with a cached key do not wait. The lock protects the fetch and the time of the
    last failure.
    """

    def __init__(self, url: str, monotonic: Monotonic) -> None:
        self._url = url
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._keys = _Keys({}, -math.inf)
        self._failed_at = -math.inf

    def key_for(self, token: str) -> jwt.PyJWK:
        """Returns the key; raises `jwt.InvalidTokenError` if none fits, `Unavailable` if keys cannot be fetched now."""
        key_id = jwt.get_unverified_header(token).get("kid", "")
        keys = self._keys
        if self._must_fetch(keys, key_id):
            with self._lock:
                if self._keys is keys:
                    self._keys = self._fetch_keys()
                keys = self._keys
        if key_id not in keys.by_id:
            raise jwt.InvalidTokenError("No known key has its key id")
        # A `PyJWK` is used with its own algorithm only, so a key of another kind is not tried.
        return keys.by_id[key_id]

    def _must_fetch(self, keys: _Keys, key_id: str) -> bool:
        age = self._monotonic() - keys.fetched_at
        return age >= (KEPT_SECONDS if key_id in keys.by_id else UNKNOWN_KEY_SECONDS)

    def _fetch_keys(self) -> _Keys:
        if self._monotonic() - self._failed_at < PAUSE_SECONDS:
            raise _unavailable()
        try:
            published = jwt.PyJWKSet.from_dict(orjson.loads(_fetch(self._url, self._monotonic)))
            return _Keys(_signing_keys(published), self._monotonic())
        except Exception as error:
            # Whatever is wrong with the provider's answer, it is not the caller's fault.
            self._failed_at = self._monotonic()
            raise _unavailable() from error


def _unavailable() -> Unavailable:
    return Unavailable("The keys that tokens are signed with cannot be fetched.", math.ceil(PAUSE_SECONDS))


def _signing_keys(published: jwt.PyJWKSet) -> Mapping[str, jwt.PyJWK]:
    for_signatures = [key for key in published.keys if key.public_key_use in ("sig", None)]
    # Of two keys with the same id, the first one counts.
    keys = {key.key_id: key for key in reversed(for_signatures) if isinstance(key.key_id, str) and key.key_id}
    if not keys:
        raise ValueError("no key to check signatures with")
    return keys


class _NoRedirects(HTTPRedirectHandler):
    """Refuses redirects: only the address in the settings is trusted."""

    def redirect_request(self, *_: Any) -> None:  # noqa: ANN401 - as in the library
        return None


def _fetch(url: str, monotonic: Monotonic) -> bytes:
    deadline = monotonic() + TIMEOUT_SECONDS
    try:
        with build_opener(_NoRedirects()).open(url, timeout=TIMEOUT_SECONDS) as answer:
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
