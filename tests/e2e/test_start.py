"""Starting: it is quick, and a setting that makes no sense stops it with a sentence."""

import socket
import sys
import time
from contextlib import closing
from http.client import HTTPConnection

import pytest

from app.__main__ import main
from tests.e2e.conftest import StartPerch, on_both_servers
from tests.e2e.exchange import exchange
from tests.e2e.perch_process import SETTINGS, START_SECONDS, run_app
from tests.integration.effort import LONG

BAD_SETTING_STATUS = 2
READY_SECONDS = 5.0 if LONG else START_SECONDS


@on_both_servers
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
        ("TIMELINE_WINDOW_SECONDS", "-1"),
        ("TIMELINE_WINDOW_SECONDS", "nan"),
        ("TIMELINE_CAPACITY", "0"),
        ("TIMELINE_IDLE_SECONDS", "soon"),
        ("PULL_FOLLOWERS_THRESHOLD", "1.5"),
        ("EVENT_QUEUE_CAPACITY", "0"),
        ("DELIVERY_MAX_ATTEMPTS", "0"),
        ("DEAD_LETTER_CAPACITY", "-3"),
        ("TWEET_MAX_LENGTH", "0"),
        ("NODE_ID", "1024"),
        ("SECRET_KEY", ""),
        ("AUTH_MODE", "none"),
        ("SERVER", "apache"),
        ("SHUTDOWN_SECONDS", "inf"),
        ("LOG_LEVEL", "LOUD"),
        ("LOG_FORMAT", "XML"),
    ],
)
def test_a_bad_setting_stops_the_start_with_a_sentence_that_names_it(name: str, value: str) -> None:
    assert_refused(name, **{name: value})


@on_both_servers
def test_a_port_in_use_stops_the_start_with_a_sentence_that_names_it(server: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert_refused("PORT", PORT=str(port), SERVER=server)


@on_both_servers
def test_an_address_that_is_none_stops_the_start(server: str) -> None:
    assert_refused("HOST", HOST="not a host", SERVER=server)


@on_both_servers
def test_it_listens_on_ipv6(start_perch: StartPerch) -> None:
    perch = start_perch(HOST="::1")
    with closing(HTTPConnection("::1", perch.port, timeout=START_SECONDS)) as connection:
        assert exchange(connection, "GET", "/livez")[0] == 200


def test_a_server_that_is_not_installed_stops_the_start_with_a_sentence_that_names_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "granian", None)
    monkeypatch.setenv("SERVER", "granian")
    monkeypatch.setattr(sys, "argv", ["perch", "serve"])
    assert main() == BAD_SETTING_STATUS
    assert (
        capsys.readouterr().err
        == "SERVER is granian, which is not installed: pip install 'perch[granian]' does that.\n"
    )


def assert_refused(name: str, **settings: str) -> None:
    outcome = run_app("serve", seconds=START_SECONDS, **(SETTINGS | settings))

    assert outcome.returncode == BAD_SETTING_STATUS, outcome.stderr
    assert outcome.stdout == ""
    assert name in outcome.stderr
    assert outcome.stderr.count("\n") == 1, outcome.stderr
    assert outcome.stderr.endswith(".\n")


@on_both_servers
def test_a_public_address_without_tokens_is_warned_of_loudly(start_perch: StartPerch) -> None:
    public = start_perch(HOST="0.0.0.0")  # noqa: S104 - that is what is warned of
    public.stop()
    assert "CAN CLAIM TO BE ANYBODY" in public.log()


def test_loopback_is_not_warned_of(start_perch: StartPerch) -> None:
    perch = start_perch()
    perch.stop()
    assert "ANYBODY" not in perch.log()
