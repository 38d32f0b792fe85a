"""The start of Perch is quick, and an invalid setting stops it with one sentence."""

import socket
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

from app.distribution import VERSION
from cluster.exchange import exchange
from cluster.perch_process import SETTINGS, START_SECONDS, PerchProcess, command, run, run_app
from infrastructure.server.open_files import FILES_MIN, OTHER_FILES
from tests.e2e.conftest import StartPerch
from tests.fakes.log import json_lines
from tests.integration.effort import LONG

BAD_SETTING_STATUS = 2
LISTENERS = 2
"""The files of waitress that count as connections: the listening socket and a pipe."""

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


@pytest.mark.parametrize("files", [8, 100, FILES_MIN - 1])
def test_a_limit_of_too_few_open_files_stops_the_start(files: int) -> None:
    assert_refused(f"needs at least {FILES_MIN} open files", program=limited(files))


def test_perch_answers_with_the_fewest_open_files(tmp_path: Path) -> None:
    with PerchProcess(tmp_path / "log", program=limited(FILES_MIN)) as perch, ExitStack() as stack:
        for _ in range(FILES_MIN - OTHER_FILES - LISTENERS):
            assert exchange(stack.enter_context(closing(perch.connect())), "GET", "/livez")[0] == 200


def limited(files: int) -> list[str]:
    """The command line of Perch with this hard limit on open files."""
    return ["sh", "-c", f'ulimit -n {files}; exec "$@"', "sh", *command("serve")]


def test_perch_listens_on_ipv6(start_perch: StartPerch) -> None:
    perch = start_perch(HOST="::1")
    with closing(HTTPConnection("::1", perch.port, timeout=START_SECONDS)) as connection:
        assert exchange(connection, "GET", "/livez")[0] == 200


def assert_refused(name: str, program: Sequence[str] = command("serve"), **settings: str) -> None:
    outcome = run(program, START_SECONDS, SETTINGS | settings)

    assert outcome.returncode == BAD_SETTING_STATUS, outcome.stderr
    assert outcome.stdout == ""
    assert name in outcome.stderr
    assert outcome.stderr.count("\n") == 1, outcome.stderr
    assert outcome.stderr.endswith(".\n")


def test_a_public_address_without_tokens_causes_a_warning(start_perch: StartPerch) -> None:
    public = start_perch(HOST="0.0.0.0")  # noqa: S104 - that is what is warned of
    public.stop()
    assert "CAN CLAIM TO BE ANYBODY" in public.log()


def test_the_version_is_printed() -> None:
    outcome = run_app("--version")
    assert (outcome.returncode, outcome.stdout) == (0, f"perch-timelines {VERSION}\n")


def test_a_loopback_address_causes_no_warning(start_perch: StartPerch) -> None:
    perch = start_perch()
    perch.stop()
    assert "ANYBODY" not in perch.log()
