"""`python -m app load`: loads of generated data, and the sentences that report failures."""

import signal
import socket
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cluster.perch_process import REPOSITORY, command, environment, run_app
from tests.built import served_behind
from tests.e2e.conftest import StartPerch

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

FAILED_STATUS = 2
INTERRUPTED_STATUS = 130


def test_two_loads_of_generated_data_into_one_service_do_not_interfere(start_perch: StartPerch) -> None:
    perch = start_perch()

    for _ in range(2):
        outcome = run_app("load", "--url", perch.url, "--sample", 10)

        assert outcome.returncode == 0, outcome.stdout + outcome.stderr
        assert outcome.stdout.splitlines()[-1] == "timelines compared: 300, 0 timelines differ"
        assert "(10 tweets)" in outcome.stdout
        assert outcome.stderr == ""


def test_an_unreachable_service_is_reported_in_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"

        assert url in failure("--url", url)


def test_a_refused_tweet_is_reported_in_one_sentence(start_perch: StartPerch, edges: Path) -> None:
    perch = start_perch(TWEET_MAX_LENGTH="5")

    said = failure("--url", perch.url, "--graph", edges)

    assert "with status 422: A tweet's text has at most 5 characters" in said


def test_an_answer_that_is_no_tweet_is_reported_in_one_sentence(edges: Path) -> None:
    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        start_response("204 No Content" if environ["REQUEST_METHOD"] == "PUT" else "201 Created", [])
        return [b"" if environ["REQUEST_METHOD"] == "PUT" else b"[]"]

    with served_behind(lambda _: answer) as url:
        assert "with something else: '[]'" in failure("--url", url, "--graph", edges)


def test_what_is_refused_is_sent_again_and_stored_once(edges: Path) -> None:
    """The service answers each request with 503 at first, and does what it was asked nevertheless."""
    sent: set[tuple[str, ...]] = set()

    def busy(app: "WSGIApplication") -> "WSGIApplication":
        def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
            names = ("REQUEST_METHOD", "PATH_INFO", "QUERY_STRING", "HTTP_X_USER_ID", "HTTP_IDEMPOTENCY_KEY")
            request = tuple(environ.get(name, "") for name in names)
            if request in sent:
                return app(environ, start_response)
            sent.add(request)
            for _ in app(environ, lambda *_: lambda _: None):
                pass
            start_response("503 Service Unavailable", [("Retry-After", "0")])
            return []

        return answer

    with served_behind(busy) as url:
        outcome = run_app("load", "--url", url, "--graph", edges, "--sample", 2)

    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert {request[0] for request in sent} == {"GET", "POST", "PUT"}


@pytest.mark.parametrize("retry_after", ["0", "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_a_service_that_refuses_for_long_is_reported_in_one_sentence(edges: Path, retry_after: str) -> None:
    def refuse(_: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        start_response("503 Service Unavailable", [("Retry-After", retry_after)])
        return [b'{"detail": "Not now."}']

    with served_behind(lambda _: refuse) as url:
        assert "with status 503: Not now." in failure("--url", url, "--graph", edges)


@pytest.mark.parametrize("option", ["--graph", "--tweets"])
def test_a_missing_file_is_reported_in_one_sentence(tmp_path: Path, option: str) -> None:
    path = tmp_path / "nothing.txt"

    assert str(path) in failure(option, path)


@pytest.mark.parametrize(
    ("option", "content"),
    [
        pytest.param("--graph", b"1 2\nlonely\n", id="one name"),
        pytest.param("--graph", b"1 2\n1 2 3\n", id="three names"),
        pytest.param("--graph", b"1 2\n1 a/b\n", id="no user id"),
        pytest.param("--graph", b"1 2\n1 \xff\n", id="edges not UTF-8"),
        pytest.param("--tweets", b"good\nb\xe4d\n", id="tweets not UTF-8"),
    ],
)
def test_a_bad_line_is_reported_with_file_and_number(tmp_path: Path, option: str, content: bytes) -> None:
    path = tmp_path / "bad.txt"
    path.write_bytes(content)

    assert f"{path}, line 2: " in failure(option, path)


@pytest.mark.parametrize("option", ["--graph", "--tweets"])
def test_an_empty_file_is_reported_in_one_sentence(tmp_path: Path, option: str) -> None:
    path = tmp_path / "empty.txt"
    path.write_text("\n")

    assert str(path) in failure(option, path)


@pytest.mark.parametrize(
    "arguments",
    [("--url", "ftp://example.org"), ("--prefix", "a/b"), ("--connections", "0"), ("--sample", "-1")],
)
def test_a_bad_argument_is_named(arguments: tuple[str, str]) -> None:
    outcome = run_app("load", *arguments)

    assert outcome.returncode == FAILED_STATUS
    assert f"argument {arguments[0]}: " in outcome.stderr
    assert "Traceback" not in outcome.stderr


def test_ctrl_c_ends_a_load_cleanly(start_perch: StartPerch) -> None:
    perch = start_perch()
    with subprocess.Popen(
        command("load", "--url", perch.url, "--sample", 1_000_000),
        cwd=REPOSITORY,
        env=environment({}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as load:
        try:
            assert load.stdout is not None
            assert load.stdout.readline().startswith("users: ")

            load.send_signal(signal.SIGINT)

            _, said = load.communicate(timeout=30)
        finally:
            load.kill()
    assert load.returncode == INTERRUPTED_STATUS
    assert said == "Interrupted.\n"


def failure(*arguments: object) -> str:
    """The one sentence with which a load fails."""
    outcome = run_app("load", *arguments)

    assert outcome.returncode == FAILED_STATUS, outcome.stdout + outcome.stderr
    assert outcome.stderr.count("\n") == 1, outcome.stderr
    return outcome.stderr
