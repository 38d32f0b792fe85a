"""The access log: one line per request."""

import logging
from typing import TYPE_CHECKING

from infrastructure.http.envelope import CALLER, METHODS, OTHER_METHOD, ROUTE
from infrastructure.log import get_logger

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

log = get_logger("perch.http")

READING = frozenset({"GET", "HEAD", "OPTIONS"})

LOWEST_FAILURE = 400
TOO_MANY_REQUESTS = 429
LOWEST_FAULT = 500
SERVICE_UNAVAILABLE = 503


def log_request(environ: "WSGIEnvironment", status: str, seconds: float) -> None:
    """Logs method, route, status, duration and, if known, the caller's user id. Nothing else from the request."""
    method, code = environ["REQUEST_METHOD"], int(status[:3])
    level = _level(method, code)
    # Checked here too, so that a successful read does not pay for an event that nobody logs.
    if not log.isEnabledFor(level):
        return
    caller = {"user_id": environ[CALLER]} if CALLER in environ else {}
    log.log(
        level,
        "request",
        method=method if method in METHODS else OTHER_METHOD,
        route=environ.get(ROUTE),
        status=code,
        duration_ms=round(seconds * 1000, 3),
        **caller,
    )


def _level(method: str, status: int) -> int:
    if status < LOWEST_FAILURE:
        return logging.DEBUG if method in READING else logging.INFO
    if status in (TOO_MANY_REQUESTS, SERVICE_UNAVAILABLE):
        return logging.WARNING
    return logging.ERROR if status >= LOWEST_FAULT else logging.INFO
