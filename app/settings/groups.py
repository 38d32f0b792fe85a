"""The settings by concern. `docs/operations.md` says what each means."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from app.settings import parsing as parse
from app.settings.origins import origins
from app.settings.reading import BadSetting, setting
from domain.tweet_id import MAX_NODE_ID
from infrastructure.memory.write_allowance import Rate

FOLLOWERS_MAX = 1_000_000_000_000
"""More than anybody can have: no tweet is pulled."""

LOGIN_OPTIONS = ("username", "password")
"""Redis takes them behind the address, too."""


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """The address of the process, and the limits of what it serves at once."""

    host: str = setting("127.0.0.1", parse.not_empty)
    port: int = setting(8080, parse.whole_number(0, 65535))
    threads: int = setting(4, parse.whole_number(1, 1000))
    cpus: str = setting("one", parse.one_of("one", "all"))
    max_in_flight: int = setting(16, parse.whole_number(1, 1000))
    max_streams: int = setting(64, parse.whole_number(0, 10_000))
    shutdown_seconds: float = setting(15.0, parse.seconds)


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """The database, where the timelines are, and the node id in tweet ids. Raises `BadSetting`."""

    database_url: str = setting("sqlite:///perch.db", parse.database_url, secret=True)
    database_connections: int = setting(8, parse.whole_number(1, 1000))
    timelines_url: str = setting("", parse.timelines_url, secret=True)
    events_url: str = setting("", parse.events_url, secret=True)
    redis_url: str = setting("", parse.redis_url, secret=True)
    node_id: int = setting(0, parse.whole_number(0, MAX_NODE_ID))
    idempotency_capacity: int = setting(1_000_000, parse.whole_number(1, parse.ENTRIES_MAX))

    def __post_init__(self) -> None:
        if self.timelines_url and not self.is_shared:
            raise BadSetting("TIMELINES_URL must not be set unless DATABASE_URL is a postgresql:// address.")
        for name, url in (("EVENTS_URL", self.events_url), ("REDIS_URL", self.redis_url)):
            if url and not self.is_shared:
                raise BadSetting(f"{name} must not be set unless DATABASE_URL is a postgresql:// address.")
        if self.events_url and self.timelines_url == "none":
            raise BadSetting("EVENTS_URL must not be set where TIMELINES_URL is none: nothing is pushed then.")

    @property
    def is_shared(self) -> bool:
        """True if several processes can use the database at once."""
        return self.database_url.startswith(parse.POSTGRESQL)

    @property
    def timelines(self) -> str:
        """Where the timelines of a shared database are, without a password."""
        scheme, separator, _ = (self.timelines_url or "postgresql").partition("://")
        if not separator:
            return scheme
        parts = urlsplit(self.timelines_url)
        options = "&".join(option for option in parts.query.split("&") if option.partition("=")[0] not in LOGIN_OPTIONS)
        return f"{scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}{options and f'?{options}'}"

    @property
    def timelines_scheme(self) -> str:
        """The engine of the timelines; empty for those in PostgreSQL or nowhere."""
        scheme, separator, _ = self.timelines_url.partition("://")
        return scheme if separator else ""

    @property
    def database_path(self) -> Path | None:
        """The SQLite file, None where everything is in memory."""
        url = self.database_url
        return Path(url.removeprefix(parse.SQLITE)) if url.startswith(parse.SQLITE) else None


@dataclass(frozen=True, slots=True)
class TimelineSettings:
    """The size and life of prepared timelines, and the delivery of tweets."""

    timeline_window_seconds: float = setting(5.0, parse.seconds)
    timeline_capacity: int = setting(800, parse.whole_number(1, parse.ENTRIES_MAX))
    timeline_idle_seconds: float = setting(604_800.0, parse.seconds_or_never)
    pull_followers_threshold: int = setting(10_000, parse.whole_number(0, FOLLOWERS_MAX))
    event_queue_capacity: int = setting(100_000, parse.whole_number(1, parse.ENTRIES_MAX))
    delivery_max_attempts: int = setting(5, parse.whole_number(1))


@dataclass(frozen=True, slots=True)
class ApiSettings:
    """The limits and features of the HTTP API."""

    tweet_max_length: int = setting(280, parse.whole_number(1, 4000))
    rate_limit_writes: Rate | None = setting(None, parse.rate)  # noqa: RUF009 - a field like the others
    cors_origins: tuple[str, ...] = setting((), origins)
    secret_key: str = setting("", parse.not_empty, secret=True)
    live_page: bool = setting(True, parse.true_or_false)


@dataclass(frozen=True, slots=True)
class LogSettings:
    """The level and the format of the log, and where traces go."""

    log_level: str = setting("INFO", parse.one_of("DEBUG", "INFO", "WARNING", "ERROR"))
    log_format: str = setting("auto", parse.one_of("auto", "json", "readable"))
    traces_url: str = setting("", parse.traces_url)
