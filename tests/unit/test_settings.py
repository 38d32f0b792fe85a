"""Every setting: its default, valid values, and the error message for invalid ones."""

from dataclasses import fields
from pathlib import Path

import pytest

from app.settings import BadSetting, Settings
from tests.http.tokens import HS256

GOOD = [
    ("HOST", "0.0.0.0", "0.0.0.0"),  # noqa: S104 - nothing listens
    ("HOST", "::1", "::1"),
    ("PORT", "0", 0),
    ("PORT", "65535", 65535),
    ("DATABASE_URL", "memory:", "memory:"),
    ("DATABASE_URL", "sqlite:////var/perch.db", "sqlite:////var/perch.db"),
    ("DATABASE_URL", "postgresql://perch@there/perch", "postgresql://perch@there/perch"),
    ("DATABASE_CONNECTIONS", "40", 40),
    ("TIMELINE_WINDOW_SECONDS", "0.25", 0.25),
    ("TIMELINE_CAPACITY", "1", 1),
    ("TIMELINE_IDLE_SECONDS", "0", 0.0),
    ("TIMELINE_IDLE_SECONDS", "0.0", 0.0),
    ("TIMELINE_IDLE_SECONDS", "1.5", 1.5),
    ("PULL_FOLLOWERS_THRESHOLD", "0", 0),
    ("EVENT_QUEUE_CAPACITY", "1", 1),
    ("IDEMPOTENCY_CAPACITY", "1", 1),
    ("DELIVERY_MAX_ATTEMPTS", "1", 1),
    ("TWEET_MAX_LENGTH", "1", 1),
    ("TWEET_MAX_LENGTH", "4000", 4000),
    ("NODE_ID", "0", 0),
    ("NODE_ID", "1023", 1023),
    ("SECRET_KEY", "s3cret", "s3cret"),
    ("AUTH_MODE", "header", "header"),
    ("MAX_IN_FLIGHT", "1", 1),
    ("THREADS", "1000", 1000),
    ("CPUS", "all", "all"),
    ("MAX_STREAMS", "0", 0),
    ("MAX_STREAMS", "10000", 10_000),
    ("SHUTDOWN_SECONDS", "0.5", 0.5),
    ("LIVE_PAGE", "false", False),
    ("LOG_LEVEL", "DEBUG", "DEBUG"),
    ("LOG_FORMAT", "readable", "readable"),
]

POSITIVE = [
    *("TIMELINE_CAPACITY", "EVENT_QUEUE_CAPACITY", "IDEMPOTENCY_CAPACITY", "DELIVERY_MAX_ATTEMPTS"),
    *("TWEET_MAX_LENGTH", "MAX_IN_FLIGHT", "THREADS", "DATABASE_CONNECTIONS"),
]
WHOLE_NUMBERS = [*POSITIVE, "PORT", "PULL_FOLLOWERS_THRESHOLD", "NODE_ID", "MAX_STREAMS"]
SECONDS = ["TIMELINE_WINDOW_SECONDS", "TIMELINE_IDLE_SECONDS", "SHUTDOWN_SECONDS"]

BAD = [
    *((name, text) for name in WHOLE_NUMBERS for text in ("", " ", "-1", "1.5", "1e3", "0x10", "many")),
    *((name, text) for name in SECONDS for text in ("", " ", "-1", "-0.001", "nan", "inf", "-inf", "soon")),
    *(pytest.param(name, "9" * 5000, id=f"{name}-5000 digits") for name in WHOLE_NUMBERS),
    *((name, "0") for name in (*POSITIVE, "TIMELINE_WINDOW_SECONDS", "SHUTDOWN_SECONDS")),
    *((name, "") for name in ("HOST", "AUTH_MODE", "CPUS", "LIVE_PAGE", "LOG_LEVEL", "LOG_FORMAT")),
    ("PORT", "65536"),
    ("PULL_FOLLOWERS_THRESHOLD", str(1 << 63)),
    ("CPUS", "2"),
    ("MAX_STREAMS", "10001"),
    ("TWEET_MAX_LENGTH", "4001"),
    ("NODE_ID", "1024"),
    ("AUTH_MODE", "none"),
    ("AUTH_MODE", "Header"),
    ("LIVE_PAGE", "yes"),
    ("LOG_LEVEL", "LOUD"),
    ("LOG_LEVEL", "info"),
    ("LOG_FORMAT", "JSON"),
    # Python cannot slice by so many entries, nor join a thread for so long.
    ("TIMELINE_CAPACITY", str(1 << 63)),
    ("SHUTDOWN_SECONDS", "1e10"),
    ("SHUTDOWN_SECONDS", "1e300"),
]

BAD_DATABASES = ["", "memory", "sqlite:///", "oracle://there", "postgresql:/there"]

SECRETS = ["SECRET_KEY", "JWT_KEY", "ADMIN_TOKEN"]
MISSPELT = {
    "TIMELINE_CAPACITYY": "TIMELINE_CAPACITY",
    "TIMELINES_CAPACITY": "TIMELINE_CAPACITY",
    "timeline_capacity": "TIMELINE_CAPACITY",
    "RATE_LIMIT_WRITE": "RATE_LIMIT_WRITES",
    "SECRET_KEY_FILES": "SECRET_KEY_FILE",
    "LOGLEVEL": "LOG_LEVEL",
}
NOT_MISSPELT = ["HOSTNAME", "PATH", "HOME", "PYTHONPATH", "PERCH_PORT", "SERVER", "COLLECTOR", "LOGNAME", "THREAD_NAME"]


def value(settings: Settings, name: str) -> object:
    """Returns the setting from the group that has it."""
    groups = [getattr(settings, group.name) for group in fields(settings)]
    [found] = [getattr(group, name.lower()) for group in groups if hasattr(group, name.lower())]
    return found


def refusal(environment: dict[str, str]) -> str:
    """Returns the error message, which is one sentence on one line."""
    with pytest.raises(BadSetting) as refused:
        Settings.from_environment(environment)
    sentence = str(refused.value)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    return sentence


def test_settings_have_defaults() -> None:
    settings = Settings.from_environment({})
    assert settings == Settings()
    assert (settings.server.host, settings.server.port, settings.server.shutdown_seconds) == ("127.0.0.1", 8080, 15)
    assert (settings.server.threads, settings.server.cpus) == (4, "one")
    assert (settings.server.max_in_flight, settings.server.max_streams) == (16, 64)
    store, timelines = settings.store, settings.timelines
    assert (store.database_url, store.node_id, store.idempotency_capacity) == ("sqlite:///perch.db", 0, 1_000_000)
    assert (timelines.timeline_window_seconds, timelines.timeline_capacity) == (5, 800)
    assert timelines.timeline_idle_seconds == 7 * 24 * 60 * 60
    assert (timelines.pull_followers_threshold, timelines.event_queue_capacity) == (10_000, 100_000)
    assert timelines.delivery_max_attempts == 5
    assert (settings.api.tweet_max_length, settings.api.live_page) == (280, True)
    assert (settings.api.rate_limit_writes, settings.api.cors_origins) == (None, ())
    assert (settings.identity.auth_mode, settings.identity.admin_token) == ("header", "")
    assert (settings.log.log_level, settings.log.log_format) == ("INFO", "auto")


@pytest.mark.parametrize(("name", "text", "expected"), GOOD)
def test_a_variable_sets_the_setting_of_its_name(name: str, text: str, expected: object) -> None:
    read = value(Settings.from_environment({name: text}), name)
    assert read == expected
    assert type(read) is type(expected)


@pytest.mark.parametrize(("name", "text"), BAD)
def test_an_invalid_value_is_refused_with_the_variables_name(name: str, text: str) -> None:
    sentence = refusal({name: text})
    assert sentence.startswith(f"{name} must ")
    assert sentence.endswith(f"not {text!r}.")


@pytest.mark.parametrize("text", BAD_DATABASES)
def test_an_invalid_database_is_refused_without_its_value_which_may_have_a_password(text: str) -> None:
    assert refusal({"DATABASE_URL": text}).startswith("DATABASE_URL must be memory:, or sqlite:///")
    assert "there" not in refusal({"DATABASE_URL": text})


@pytest.mark.parametrize("text", ["", "here", "postgresql://there", "redis:", "cassandra://"])
def test_an_invalid_place_of_timelines_is_refused(text: str) -> None:
    sentence = refusal({"TIMELINES_URL": text, "DATABASE_URL": "postgresql://there"})
    assert sentence.startswith("TIMELINES_URL must be none, or an address that begins with one of redis://")


def test_the_place_of_timelines_needs_a_shared_database() -> None:
    assert "DATABASE_URL" in refusal({"TIMELINES_URL": "none"})
    store = Settings.from_environment({"TIMELINES_URL": "none", "DATABASE_URL": "postgresql://there"}).store
    assert (store.is_shared, store.timelines, store.database_path) == (True, "none", None)
    assert not Settings.from_environment({}).store.is_shared


def test_hints_need_timelines() -> None:
    settings = {"DATABASE_URL": "postgresql://there", "EVENTS_URL": "kafka://there:9092", "TIMELINES_URL": "none"}
    assert refusal(settings) == "EVENTS_URL must not be set where TIMELINES_URL is none: nothing is pushed then."


@pytest.mark.parametrize("text", ["", "here", "http://there", "redis:", "redis://", "redis:///0"])
def test_an_invalid_address_of_redis_is_refused(text: str) -> None:
    sentence = refusal({"REDIS_URL": text, "DATABASE_URL": "postgresql://there"})
    assert sentence == "REDIS_URL must be an address that begins with redis:// or rediss://."


def test_redis_needs_a_shared_database() -> None:
    assert "DATABASE_URL" in refusal({"REDIS_URL": "redis://there"})
    store = Settings.from_environment({"REDIS_URL": "rediss://there/0", "DATABASE_URL": "postgresql://there"}).store
    assert store.redis_url == "rediss://there/0"


@pytest.mark.parametrize("scheme", ["redis", "cassandra", "dynamodb", "kafka", "sqs"])
@pytest.mark.parametrize("name", ["REDIS_URL", "TIMELINES_URL", "EVENTS_URL"])
def test_an_address_that_cannot_be_read_is_not_quoted(name: str, scheme: str) -> None:
    # Python's own sentence about a sign that contains a slash quotes all before the path.
    sentence = refusal(
        {name: f"{scheme}://perch:s3cret\N{FULLWIDTH SOLIDUS}@host/0", "DATABASE_URL": "postgresql://there"}
    )
    assert sentence.startswith(f"{name} must be ")
    assert "s3cret" not in sentence


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("REDIS_URL", "redis://:s3cret/x@host/0"),
        ("REDIS_URL", "redis://:123/s3cret@host/0"),
        ("REDIS_URL", "redis://:s3cret#x@host/0"),
        ("TIMELINES_URL", "rediss://perch:s3cret/x@host/0"),
        ("TIMELINES_URL", "cassandra://perch:a/s3cret@host/perch"),
        ("EVENTS_URL", "kafka://host:9092?sasl.password=s3cret#x&security.protocol=SASL_SSL"),
        ("DATABASE_URL", "postgresql://perch:ab/s3cret@host/perch"),
    ],
)
def test_a_password_that_is_not_escaped_is_refused_and_not_quoted(name: str, url: str) -> None:
    sentence = refusal({"DATABASE_URL": "postgresql://there", name: url})
    assert sentence.startswith(f"{name} must be an address whose port is a number, and in which / ? # % @ of a user ")
    assert "s3cret" not in sentence


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("redis://perch:s3cret@host:6379/0", "redis://host:6379/0"),
        ("redis://host:6379/0?password=s3cret", "redis://host:6379/0"),
        (
            "redis://host:6379?db=2&username=s3cret&password=s3cret&client_name=a",
            "redis://host:6379?db=2&client_name=a",
        ),
        ("redis:///0", "redis:///0"),
        ("redis://host/0?username=me@corp&password=s3cret", "redis://host/0"),
        ("cassandra://perch:s3cret@host/perch?ttl_days=9", "cassandra://host/perch?ttl_days=9"),
        ("cassandra://perch:s3@cret@one:9042,two/perch", "cassandra://one:9042,two/perch"),
        ("dynamodb://eu-west-1/table", "dynamodb://eu-west-1/table"),
        ("none", "none"),
    ],
)
def test_the_place_of_timelines_is_kept_without_what_opens_it(url: str, place: str) -> None:
    store = Settings.from_environment({"DATABASE_URL": "postgresql://there", "TIMELINES_URL": url}).store
    assert store.timelines == place


@pytest.mark.parametrize("name", SECRETS)
def test_secrets_are_not_shown(name: str) -> None:
    assert refusal({name: ""}) == f"{name} must not be empty."
    environment = {**HS256, name: "s3cret of at least thirty-two bytes"}
    assert "s3cret" not in repr(Settings.from_environment(environment))


def test_a_line_break_in_a_value_is_escaped_in_the_message() -> None:
    assert refusal({"PORT": "80\n80"}).startswith("PORT must ")


def test_the_message_names_the_one_invalid_variable() -> None:
    assert "NODE_ID" in refusal({"PORT": "80", "NODE_ID": "-7", "HOST": "::1"})


def test_unknown_variables_are_ignored() -> None:
    assert Settings.from_environment({"PATH": "/bin", "port": "1", "PERCH_PORT": "1", "DEAD_LETTER_CAPACITY": "x"}) == (
        Settings()
    )


@pytest.mark.parametrize("end", ["", "\n", "\r\n"], ids=repr)
@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_may_come_from_a_file(tmp_path: Path, name: str, end: str) -> None:
    file = tmp_path / "secret"
    file.write_bytes(f" sécret \nof two lines{end}".encode())
    settings = Settings.from_environment({f"{name}_FILE": str(file)})
    assert value(settings, name) == " sécret \nof two lines"


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_file_that_cannot_be_used_is_named(tmp_path: Path, name: str) -> None:
    file, missing = tmp_path / "secret", tmp_path / "missing"
    must = f"{name}_FILE must name a file that can be read: "
    assert refusal({f"{name}_FILE": str(missing)}) == f"{must}No such file or directory, not {str(missing)!r}."
    assert refusal({f"{name}_FILE": str(tmp_path)}) == f"{must}Is a directory, not {str(tmp_path)!r}."
    file.write_bytes(b"s3cret \xff")
    assert refusal({f"{name}_FILE": str(file)}) == f"{must}it is not text in UTF-8, not {str(file)!r}."
    file.write_text("\n")
    assert refusal({f"{name}_FILE": str(file)}) == f"{name} must not be empty."


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_and_its_file_must_not_both_be_set(tmp_path: Path, name: str) -> None:
    file = tmp_path / "secret"
    file.write_text("s3cret")
    sentence = refusal({name: "s3cret", f"{name}_FILE": str(file)})
    assert sentence == f"{name} and {name}_FILE must not both be set."


def test_misspelt_variable_names_are_found() -> None:
    environment = dict.fromkeys([*MISSPELT, *NOT_MISSPELT, *Settings.names()], "x")
    assert Settings.slips(environment) == MISSPELT
