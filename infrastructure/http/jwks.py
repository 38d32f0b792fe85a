"""The keys that tokens are signed with, from the address where the identity provider publishes them."""

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
"""How long a key that is not among them is taken for none, before they are asked for again."""

PAUSE_SECONDS = 10.0
"""After a failure. Whoever has no key is told so at once, so that threads do not wait in turn for what hangs."""

TIMEOUT_SECONDS = 5.0
BYTES_MAX = 512 * 1024

Monotonic = Callable[[], float]


@dataclass(frozen=True, slots=True)
class _Keys:
    by_id: Mapping[str, jwt.PyJWK]
    fetched_at: float


class JwksKeys:
    """Keeps the keys for five minutes, and asks for them again when an unknown one turns up.

    One thread at a time asks. Whoever shows a key that is kept does not wait for it. The lock protects the asking, and
    when it failed.
    """

    def __init__(self, url: str, monotonic: Monotonic) -> None:
        self._url = url
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._keys = _Keys({}, -math.inf)
        self._failed_at = -math.inf

    def key_for(self, token: str) -> jwt.PyJWK:
        """Raises `jwt.InvalidTokenError` when no key fits, `Unavailable` when the keys cannot be had now."""
        key_id = jwt.get_unverified_header(token).get("kid", "")
        keys = self._keys
        if self._must_ask(keys, key_id):
            with self._lock:
                if self._keys is keys:
                    self._keys = self._ask()
                keys = self._keys
        if key_id not in keys.by_id:
            raise jwt.InvalidTokenError("No key that is known has its key id")
        # With the algorithm that it is for: a key of another kind must not be tried.
        return keys.by_id[key_id]

    def _must_ask(self, keys: _Keys, key_id: str) -> bool:
        age = self._monotonic() - keys.fetched_at
        return age >= (KEPT_SECONDS if key_id in keys.by_id else UNKNOWN_KEY_SECONDS)

    def _ask(self) -> _Keys:
        if self._monotonic() - self._failed_at < PAUSE_SECONDS:
            raise _unavailable()
        try:
            published = jwt.PyJWKSet.from_dict(orjson.loads(_fetch(self._url, self._monotonic)))
            return _Keys(_signing_keys(published), self._monotonic())
        except Exception as error:
            # Whatever is wrong with an answer, callers cannot help it.
            self._failed_at = self._monotonic()
            raise _unavailable() from error


def _unavailable() -> Unavailable:
    return Unavailable("The keys that tokens are signed with cannot be had.", math.ceil(PAUSE_SECONDS))


def _signing_keys(published: jwt.PyJWKSet) -> Mapping[str, jwt.PyJWK]:
    for_signatures = [key for key in published.keys if key.public_key_use in ("sig", None)]
    # Of two with one id the first counts.
    keys = {key.key_id: key for key in reversed(for_signatures) if isinstance(key.key_id, str) and key.key_id}
    if not keys:
        raise ValueError("no key to check signatures with")
    return keys


class _NoRedirects(HTTPRedirectHandler):
    """The address is the one in the settings, wherever its answer points to."""

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
    """Neither more than fits nor for longer than it may take, however slowly it comes."""
    read = b""
    while part := answer.read1(BYTES_MAX):  # type: ignore[attr-defined]
        read += part
        if len(read) > BYTES_MAX or not in_time():
            raise ValueError("an answer too large or too slow")
    return read
