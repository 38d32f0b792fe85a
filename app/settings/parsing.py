"""Parsers for the text of a variable. Each raises `ValueError`, whose text says what the value must be."""

import math
import re
from collections.abc import Callable, Collection
from typing import Any
from urllib.parse import urlsplit

from infrastructure.memory.write_allowance import Rate

Parse = Callable[[str], Any]

SECONDS_MAX = 366 * 24 * 3600
"""A year; a thread cannot wait for much longer than a lifetime."""

ENTRIES_MAX = 100_000_000
"""The most of anything that is kept in memory; more is a mistake."""

SQLITE = "sqlite:///"
REDIS_SCHEMES = ("redis", "rediss")
TIMELINES_SCHEMES = (*REDIS_SCHEMES, "cassandra", "dynamodb")
EVENTS_SCHEMES = ("kafka", "sqs")
TRACES_PATH = "/v1/traces"
"""Of OTLP over HTTP."""

POSTGRESQL = ("postgresql://", "postgres://")

_RATE = re.compile(r"([1-9][0-9]{0,8})/([1-9][0-9]{0,5})?(second|minute|hour|day)s?")
_UNIT_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}


def whole_number(low: int, high: int | None = None) -> Parse:
    span = f"of at least {low}" if high is None else f"from {low} to {high}"

    def parse(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = low - 1
        if number < low or (high is not None and number > high):
            raise ValueError(f"must be a whole number {span}")
        return number

    return parse


def seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value <= SECONDS_MAX:
        raise ValueError(f"must be a number of seconds above 0, at most {SECONDS_MAX}")
    return value


def seconds_or_never(text: str) -> float:
    try:
        return 0.0 if float(text) == 0 else seconds(text)
    except ValueError:
        raise ValueError(f"must be a number of seconds above 0, at most {SECONDS_MAX}, or 0 for never") from None


def one_of(*choices: str) -> Parse:
    def parse(text: str) -> str:
        if text not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}")
        return text

    return parse


def true_or_false(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError("must be true or false")
    return text == "true"


def web_address(text: str) -> str:
    if urlsplit(text).scheme not in ("http", "https") or not urlsplit(text).netloc:
        raise ValueError("must be an http or https address")
    return text


def traces_url(text: str) -> str:
    """Takes the address of a collector alone, too: the path of traces is always the same there."""
    address = urlsplit(web_address(text))
    return text if address.path.strip("/") else address._replace(path=TRACES_PATH).geturl()


UNESCAPED = (
    "must be an address whose port is a number, and in which / ? # % @ of a user and a password are written "
    "%2F %3F %23 %25 %40"
)


def database_url(text: str) -> str:
    is_file = text.startswith(SQLITE) and text.removeprefix(SQLITE).strip("/")
    if text != "memory:" and not is_file and not text.startswith(POSTGRESQL):
        raise ValueError(
            "must be memory:, or sqlite:/// and the path of a file, for example sqlite:///perch.db, "
            "or postgresql:// and the address of a server"
        )
    # libpq takes all before the first slash for login and host.
    if text.startswith(POSTGRESQL) and "@" in text.partition("://")[2].partition("/")[2].partition("?")[0]:
        raise ValueError(UNESCAPED)
    return text


def timelines_url(text: str) -> str:
    if text != "none" and not _is_address(text, TIMELINES_SCHEMES):
        addresses = ", ".join(f"{scheme}://" for scheme in TIMELINES_SCHEMES)
        raise ValueError(f"must be none, or an address that begins with one of {addresses}")
    return text


def events_url(text: str) -> str:
    if not _is_address(text, EVENTS_SCHEMES):
        addresses = ", ".join(f"{scheme}://" for scheme in EVENTS_SCHEMES)
        raise ValueError(f"must be an address that begins with one of {addresses}")
    return text


def redis_url(text: str) -> str:
    if not (_is_address(text, REDIS_SCHEMES) and urlsplit(text).netloc):
        raise ValueError("must be an address that begins with redis:// or rediss://")
    return text


def _is_address(text: str, schemes: Collection[str]) -> bool:
    scheme, separator, rest = text.partition("://")
    if not (scheme in schemes and separator and rest):
        return False
    if not _can_be_read(text):
        raise ValueError(UNESCAPED)
    return True


def _can_be_read(address: str) -> bool:
    """Whether nothing of a login is taken for something else. What Python says of it may quote a password."""
    try:
        parts = urlsplit(address)
        if parts.scheme in REDIS_SCHEMES:
            _ = parts.port
    except ValueError:
        return False
    return not parts.fragment and "@" not in parts.path


def rate(text: str) -> Rate | None:
    if not text:
        return None
    match = _RATE.fullmatch(text)
    if match is None:
        raise ValueError("must be a number of writes and a time, for example 300/5minutes")
    return Rate(int(match[1]), int(match[2] or 1) * _UNIT_SECONDS[match[3]])


def secret_or_pem(text: str) -> str:
    """Takes a PEM also in one line with ``\\n`` between its lines, as files of variables and secret stores have it."""
    return not_empty(text.replace("\\n", "\n") if text.startswith("-----BEGIN ") else text)


def not_empty(text: str) -> str:
    if not text:
        raise ValueError("must not be empty")
    return text
