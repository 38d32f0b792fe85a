"""The settings by concern. `docs/operations.md` says what each means."""

from dataclasses import dataclass

from app.settings import parsing as parse
from app.settings.reading import setting
from infrastructure.memory.write_allowance import Rate


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Where the process listens, and how much it serves at once."""

    host: str = setting("127.0.0.1", parse.not_empty)
    port: int = setting(8080, parse.whole_number(0, 65535))
    threads: int = setting(4, parse.whole_number(1, 1000))
    cpus: str = setting("one", parse.one_of("one", "all"))
    max_in_flight: int = setting(16, parse.whole_number(1, 1000))
    max_streams: int = setting(64, parse.whole_number(0, 10_000))
    shutdown_seconds: float = setting(15.0, parse.seconds)


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """Where the data is, and how its ids are made."""

    database_url: str = setting("memory:", parse.database_url)
    node_id: int = setting(0, parse.whole_number(0, 1023))
    idempotency_capacity: int = setting(1_000_000, parse.whole_number(1, parse.ENTRIES_MAX))


@dataclass(frozen=True, slots=True)
class TimelineSettings:
    """How timelines are prepared, and how tweets get there."""

    timeline_window_seconds: float = setting(5.0, parse.seconds)
    timeline_capacity: int = setting(800, parse.whole_number(1, parse.ENTRIES_MAX))
    timeline_idle_seconds: float = setting(604_800.0, parse.seconds_or_never)
    pull_followers_threshold: int = setting(10_000, parse.whole_number(0))
    event_queue_capacity: int = setting(100_000, parse.whole_number(1, parse.ENTRIES_MAX))
    delivery_max_attempts: int = setting(5, parse.whole_number(1))


@dataclass(frozen=True, slots=True)
class ApiSettings:
    """What the HTTP API accepts."""

    tweet_max_length: int = setting(280, parse.whole_number(1, 4000))
    rate_limit_writes: Rate | None = setting(None, parse.rate)  # noqa: RUF009 - a field like the others
    cors_origins: tuple[str, ...] = setting((), parse.origins)
    secret_key: str = setting("", parse.not_empty, secret=True)
    live_page: bool = setting(True, parse.true_or_false)


@dataclass(frozen=True, slots=True)
class LogSettings:
    """What is logged, and how it is written."""

    log_level: str = setting("INFO", parse.one_of("DEBUG", "INFO", "WARNING", "ERROR"))
    log_format: str = setting("auto", parse.one_of("auto", "json", "readable"))
