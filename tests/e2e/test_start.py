"""The start of Perch is quick, and an invalid setting stops it with one sentence."""

import socket
import time
from contextlib import closing
from http.client import HTTPConnection

import pytest

from tests.e2e.conftest import StartPerch
from tests.e2e.exchange import exchange
from tests.e2e.perch_process import SETTINGS, START_SECONDS, run_app
from tests.fakes.log import json_lines
from tests.integration.effort import LONG

BAD_SETTING_STATUS = 2
READY_SECONDS = 5.0 if LONG else START_SECONDS


def test_perch_is_ready_soon_after_its_start(start_perch: StartPerch) -> None:
    perch = start_perch()

    status, _ = perch.call("GET", "/readyz")

    seconds = time.monotonic() - perch.started_at
    print(f"ready after {seconds:.2f} s")
    assert status == 200
    assert seconds < READY_SECONDS


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "abc"),
        ("PORT", "65536"),
        ("HOST", ""),
        ("HOST", "not a host"),
        ("TIMELINE_WINDOW_SECONDS", "-1"),
        ("TIMELINE_WINDOW_SECONDS", "nan"),
        ("TIMELINE_CAPACITY", "0"),
        ("TIMELINE_IDLE_SECONDS", "soon"),
        ("PULL_FOLLOWERS_THRESHOLD", "1.5"),
        ("EVENT_QUEUE_CAPACITY", "0"),
        ("DELIVERY_MAX_ATTEMPTS", "0"),
        ("DATABASE_URL", "oracle://there"),
        ("TWEET_MAX_LENGTH", "0"),
        ("NODE_ID", "1024"),
        ("SECRET_KEY", ""),
        ("AUTH_MODE", "none"),
        ("SECRET_KEY_FILE", "beside the one that is set"),
        ("JWT_KEY_FILE", "/there/is/no/such/file"),
        ("ADMIN_TOKEN_FILE", "/dev"),
        ("SHUTDOWN_SECONDS", "inf"),
        ("LOG_LEVEL", "LOUD"),
        ("LOG_FORMAT", "XML"),
    ],
)
def test_a_bad_setting_stops_the_start_with_a_sentence_that_names_it(name: str, value: str) -> None:
    assert_refused(name, **{name: value})


def test_a_misspelt_setting_causes_a_warning(start_perch: StartPerch) -> None:
    perch = start_perch(TIMELINE_CAPACITYY="5")
    perch.stop()
    [line] = json_lines(perch.log())
    assert (line["level"], line["event"]) == ("warning", "unknown_setting")
    assert (line["name"], line["did_you_mean"]) == ("TIMELINE_CAPACITYY", "TIMELINE_CAPACITY")


def test_a_port_in_use_stops_the_start_with_a_sentence_that_names_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert_refused("PORT", PORT=str(port))


def test_perch_listens_on_ipv6(start_perch: StartPerch) -> None:
    perch = start_perch(HOST="::1")
    with closing(HTTPConnection("::1", perch.port, timeout=START_SECONDS)) as connection:
        assert exchange(connection, "GET", "/livez")[0] == 200


def assert_refused(name: str, **settings: str) -> None:
    outcome = run_app("serve", seconds=START_SECONDS, **(SETTINGS | settings))

    assert outcome.returncode == BAD_SETTING_STATUS, outcome.stderr
    assert outcome.stdout == ""
    assert name in outcome.stderr
    assert outcome.stderr.count("\n") == 1, outcome.stderr
    assert outcome.stderr.endswith(".\n")


def test_a_public_address_without_tokens_causes_a_warning(start_perch: StartPerch) -> None:
    public = start_perch(HOST="0.0.0.0")  # noqa: S104 - that is what is warned of
    public.stop()
    assert "CAN CLAIM TO BE ANYBODY" in public.log()


def test_a_loopback_address_causes_no_warning(start_perch: StartPerch) -> None:
    perch = start_perch()
    perch.stop()
    assert "ANYBODY" not in perch.log()
