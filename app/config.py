"""Settings from the environment."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

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
    auth_mode: str = _setting("header", _one_of("header"))
    shutdown_seconds: float = _setting(15.0, _seconds)
    log_level: str = _setting("INFO", _one_of("DEBUG", "INFO", "WARNING", "ERROR"))

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
                raise BadSetting(f"{name} {error}, not {environment[name]!r}.") from None
        return cls(**values)
