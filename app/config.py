"""Settings from the environment."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any
from urllib.parse import urlsplit

import jwt

from infrastructure.memory.write_allowance import Rate

HS256_KEY_BYTES_MIN = 32
"""RFC 7518, section 3.2: as long as the hash."""

Parse = Callable[[str], Any]

SECONDS_MAX = 366 * 24 * 3600
"""A year; the longest that a thread can wait is not much more than a lifetime."""

ENTRIES_MAX = 100_000_000
"""Of anything kept in memory; more is a mistake."""


class BadSetting(Exception):
    """A setting that makes no sense; the text is one sentence that names it."""


def _whole_number(low: int, high: int | None = None) -> Parse:
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


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds <= SECONDS_MAX:
        raise ValueError(f"must be a number of seconds above 0, at most {SECONDS_MAX}")
    return seconds


def _seconds_or_never(text: str) -> float:
    try:
        return 0.0 if float(text) == 0 else _seconds(text)
    except ValueError:
        raise ValueError(f"must be a number of seconds above 0, at most {SECONDS_MAX}, or 0 for never") from None


def _one_of(*choices: str) -> Parse:
    def parse(text: str) -> str:
        if text not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}")
        return text

    return parse


def _true_or_false(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError("must be true or false")
    return text == "true"


def _web_address(text: str) -> str:
    if urlsplit(text).scheme not in ("http", "https") or not urlsplit(text).netloc:
        raise ValueError("must be an http or https address")
    return text


_RATE = re.compile(r"([1-9][0-9]{0,8})/([1-9][0-9]{0,5})?(second|minute|hour|day)s?")
_UNIT_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}


def _rate(text: str) -> Rate | None:
    if not text:
        return None
    match = _RATE.fullmatch(text)
    if match is None:
        raise ValueError("must be a number of writes and a time, for example 300/5minutes")
    return Rate(int(match[1]), int(match[2] or 1) * _UNIT_SECONDS[match[3]])


def _origins(text: str) -> tuple[str, ...]:
    origins = tuple(origin.strip() for origin in text.split(",") if origin.strip())
    if not all(re.fullmatch(r"https?://[^/\s*]+", origin) for origin in origins):
        raise ValueError("must be origins with commas between, for example https://app.example")
    return origins


def _text(text: str) -> str:
    if not text:
        raise ValueError("must not be empty")
    return text


def _setting(default: object, parse: Parse) -> Any:  # noqa: ANN401 - a dataclass field stands for any type
    return field(default=default, metadata={"parse": parse})


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings; each is read from the environment variable of its name in capitals. `docs/operations.md` says what
    each means."""

    host: str = _setting("127.0.0.1", _text)
    port: int = _setting(8080, _whole_number(0, 65535))
    timeline_window_seconds: float = _setting(5.0, _seconds)
    timeline_capacity: int = _setting(800, _whole_number(1, ENTRIES_MAX))
    timeline_idle_seconds: float = _setting(604_800.0, _seconds_or_never)
    pull_followers_threshold: int = _setting(10_000, _whole_number(0))
    event_queue_capacity: int = _setting(100_000, _whole_number(1, ENTRIES_MAX))
    delivery_max_attempts: int = _setting(5, _whole_number(1))
    dead_letter_capacity: int = _setting(10_000, _whole_number(1, ENTRIES_MAX))
    tweet_max_length: int = _setting(280, _whole_number(1, 4000))
    node_id: int = _setting(0, _whole_number(0, 1023))
    secret_key: str = _setting("", _text)
    auth_mode: str = _setting("header", _one_of("header", "jwt"))
    jwt_algorithm: str = _setting("", _one_of("HS256", "RS256", "ES256"))
    jwt_key: str = _setting("", _text)
    jwt_jwks_url: str = _setting("", _web_address)
    jwt_audience: str = _setting("", _text)
    jwt_issuer: str = _setting("", _text)
    admin_token: str = _setting("", _text)
    idempotency_capacity: int = _setting(1_000_000, _whole_number(1))
    rate_limit_writes: Rate | None = _setting(None, _rate)  # noqa: RUF009 - a field like the others
    cors_origins: tuple[str, ...] = _setting((), _origins)
    server: str = _setting("waitress", _one_of("waitress", "granian"))
    threads: int = _setting(4, _whole_number(1, 1000))
    cpus: str = _setting("one", _one_of("one", "all"))
    collector: str = _setting("young", _one_of("young", "python"))
    max_in_flight: int = _setting(16, _whole_number(1, 1000))
    max_streams: int = _setting(64, _whole_number(0, 10_000))
    shutdown_seconds: float = _setting(15.0, _seconds)
    live_page: bool = _setting(True, _true_or_false)
    log_level: str = _setting("INFO", _one_of("DEBUG", "INFO", "WARNING", "ERROR"))
    log_format: str = _setting("auto", _one_of("auto", "json", "readable"))

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Reads the variables that are set; raises `BadSetting` for the first that makes no sense."""
        values = {}
        for setting in fields(cls):
            name = setting.name.upper()
            if name not in environment:
                continue
            try:
                values[setting.name] = setting.metadata["parse"](environment[name])
            except ValueError as error:
                raise BadSetting(f"{name} {error}{_shown(name, environment[name])}.") from None
        settings = cls(**values)
        _check_jwt(settings)
        return settings


def _check_jwt(settings: Settings) -> None:
    """What one setting alone cannot tell: whether those of tokens go together."""
    if settings.auth_mode != "jwt":
        return
    for name in ("jwt_algorithm", "jwt_audience", "jwt_issuer"):
        if not getattr(settings, name):
            raise BadSetting(f"{name.upper()} must be set when AUTH_MODE is jwt.")
    if bool(settings.jwt_key) == bool(settings.jwt_jwks_url):
        raise BadSetting("JWT_KEY or JWT_JWKS_URL must be set when AUTH_MODE is jwt, and not both.")
    if settings.jwt_algorithm == "HS256":
        _check_secret(settings)
    elif settings.jwt_key and not ("PUBLIC KEY" in settings.jwt_key and _fits(settings)):
        raise BadSetting(f"JWT_KEY must be a public key in PEM for {settings.jwt_algorithm}.")


def _check_secret(settings: Settings) -> None:
    if settings.jwt_jwks_url:
        raise BadSetting("JWT_JWKS_URL does not go with JWT_ALGORITHM HS256, whose key is a secret.")
    if len(settings.jwt_key.encode()) < HS256_KEY_BYTES_MIN:
        raise BadSetting(f"JWT_KEY must have at least {HS256_KEY_BYTES_MIN} bytes for HS256.")
    if not _fits(settings):
        raise BadSetting("JWT_KEY must be a secret for HS256, not a key in PEM.")


def _fits(settings: Settings) -> bool:
    """Whether the key is one of the algorithm's kind."""
    try:
        jwt.get_algorithm_by_name(settings.jwt_algorithm).prepare_key(settings.jwt_key)
    except (jwt.InvalidKeyError, TypeError, ValueError):
        return False
    return True


def _shown(name: str, value: str) -> str:
    """What was given, unless it is secret."""
    return "" if name in ("ADMIN_TOKEN", "JWT_KEY", "SECRET_KEY") else f", not {value!r}"
