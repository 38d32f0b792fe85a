import pytest

from app.config import BadSetting, Settings

GOOD = [
    ("HOST", "0.0.0.0", "0.0.0.0"),  # noqa: S104 - nothing listens
    ("HOST", "::1", "::1"),
    ("PORT", "0", 0),
    ("PORT", "65535", 65535),
    ("TIMELINE_WINDOW_SECONDS", "0.25", 0.25),
    ("TIMELINE_CAPACITY", "1", 1),
    ("TIMELINE_IDLE_SECONDS", "0", 0.0),
    ("TIMELINE_IDLE_SECONDS", "0.0", 0.0),
    ("TIMELINE_IDLE_SECONDS", "1.5", 1.5),
    ("PULL_FOLLOWERS_THRESHOLD", "0", 0),
    ("EVENT_QUEUE_CAPACITY", "1", 1),
    ("DELIVERY_MAX_ATTEMPTS", "1", 1),
    ("DEAD_LETTER_CAPACITY", "1", 1),
    ("TWEET_MAX_LENGTH", "1", 1),
    ("TWEET_MAX_LENGTH", "4000", 4000),
    ("NODE_ID", "0", 0),
    ("NODE_ID", "1023", 1023),
    ("SECRET_KEY", "s3cret", "s3cret"),
    ("AUTH_MODE", "header", "header"),
    ("MAX_IN_FLIGHT", "1", 1),
    ("SERVER", "waitress", "waitress"),
    ("SERVER", "granian", "granian"),
    ("THREADS", "1000", 1000),
    ("CPUS", "all", "all"),
    ("MAX_STREAMS", "0", 0),
    ("MAX_STREAMS", "10000", 10_000),
    ("SHUTDOWN_SECONDS", "0.5", 0.5),
    ("LOG_LEVEL", "DEBUG", "DEBUG"),
    ("LOG_FORMAT", "readable", "readable"),
]

WHOLE_NUMBERS = [
    "PORT",
    "TIMELINE_CAPACITY",
    "PULL_FOLLOWERS_THRESHOLD",
    "EVENT_QUEUE_CAPACITY",
    "DELIVERY_MAX_ATTEMPTS",
    "DEAD_LETTER_CAPACITY",
    "TWEET_MAX_LENGTH",
    "NODE_ID",
]
SECONDS = ["TIMELINE_WINDOW_SECONDS", "TIMELINE_IDLE_SECONDS", "SHUTDOWN_SECONDS"]

BAD = [
    *((name, text) for name in WHOLE_NUMBERS for text in ("", " ", "-1", "1.5", "1e3", "0x10", "many")),
    *((name, text) for name in SECONDS for text in ("", " ", "-1", "-0.001", "nan", "inf", "-inf", "soon")),
    *(pytest.param(name, "9" * 5000, id=f"{name}-5000 digits") for name in WHOLE_NUMBERS),
    ("HOST", ""),
    ("PORT", "65536"),
    ("TIMELINE_WINDOW_SECONDS", "0"),
    ("TIMELINE_CAPACITY", "0"),
    ("EVENT_QUEUE_CAPACITY", "0"),
    ("DELIVERY_MAX_ATTEMPTS", "0"),
    ("DEAD_LETTER_CAPACITY", "0"),
    ("MAX_IN_FLIGHT", "0"),
    ("SERVER", ""),
    ("SERVER", "Granian"),
    ("THREADS", "0"),
    ("CPUS", "2"),
    ("MAX_STREAMS", "-1"),
    ("MAX_STREAMS", "10001"),
    ("TWEET_MAX_LENGTH", "0"),
    ("TWEET_MAX_LENGTH", "4001"),
    ("NODE_ID", "1024"),
    ("AUTH_MODE", ""),
    ("AUTH_MODE", "none"),
    ("AUTH_MODE", "Header"),
    ("SHUTDOWN_SECONDS", "0"),
    ("LOG_LEVEL", ""),
    ("LOG_LEVEL", "LOUD"),
    ("LOG_LEVEL", "info"),
    ("LOG_FORMAT", ""),
    ("LOG_FORMAT", "JSON"),
]


def test_without_variables_the_defaults_hold() -> None:
    settings = Settings.from_environment({})
    assert (settings.host, settings.port) == ("127.0.0.1", 8080)
    assert (settings.timeline_window_seconds, settings.timeline_capacity) == (5, 800)
    assert settings.timeline_idle_seconds == 7 * 24 * 60 * 60
    assert settings.pull_followers_threshold == 10_000
    assert (settings.event_queue_capacity, settings.dead_letter_capacity) == (100_000, 10_000)
    assert settings.delivery_max_attempts == 5
    assert (settings.tweet_max_length, settings.node_id) == (280, 0)
    assert (settings.auth_mode, settings.shutdown_seconds, settings.log_level) == ("header", 15, "INFO")
    assert (settings.server, settings.log_format) == ("waitress", "auto")


@pytest.mark.parametrize(("name", "text", "value"), GOOD)
def test_a_variable_is_the_setting_of_its_name(name: str, text: str, value: object) -> None:
    settings = Settings.from_environment({name: text})
    read = getattr(settings, name.lower())
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(("name", "text"), BAD)
def test_what_makes_no_sense_is_one_sentence_that_names_the_variable(name: str, text: str) -> None:
    with pytest.raises(BadSetting) as refused:
        Settings.from_environment({name: text})
    sentence = str(refused.value)
    assert sentence.startswith(f"{name} must ")
    assert sentence.endswith(f"not {text!r}.")


def test_what_is_secret_is_not_shown() -> None:
    with pytest.raises(BadSetting, match=r"^SECRET_KEY must not be empty\.$"):
        Settings.from_environment({"SECRET_KEY": ""})


def test_a_sentence_stays_on_one_line() -> None:
    with pytest.raises(BadSetting) as refused:
        Settings.from_environment({"PORT": "80\n80"})
    assert "\n" not in str(refused.value)


def test_one_bad_variable_among_good_ones_is_found() -> None:
    with pytest.raises(BadSetting, match="NODE_ID"):
        Settings.from_environment({"PORT": "80", "NODE_ID": "-7", "HOST": "::1"})


def test_other_variables_are_not_ours() -> None:
    assert Settings.from_environment({"PATH": "/bin", "port": "1", "PERCH_PORT": "1"}) == Settings()


@pytest.mark.parametrize(
    ("name", "text"),
    [("TIMELINE_CAPACITY", str(1 << 63)), ("SHUTDOWN_SECONDS", "1e10"), ("SHUTDOWN_SECONDS", "1e300")],
)
def test_numbers_too_large_to_work_with_are_refused(name: str, text: str) -> None:
    """No merge can look for so many entries, no thread be joined for so long."""
    with pytest.raises(BadSetting, match=name):
        Settings.from_environment({name: text})
