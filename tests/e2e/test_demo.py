"""`python -m app demo`: a crowd that follows and talks beside a running service."""

import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from cluster.perch_process import REPOSITORY, START_SECONDS, PerchProcess, command, environment, run_app
from load import demo_crowd
from load.lines import numbered_lines
from tests.e2e.conftest import StartPerch
from tests.e2e.gateway import free_port
from tests.http.client import Client
from tests.http.tokens import HS256
from tests.http.wire import OverSocket
from tests.integration.effort import LONG

WAIT_SECONDS = 60.0
ALIVE_SECONDS = 10.0 if LONG else START_SECONDS
HUB, FRIENDS_OF_THE_HUB = "caspar", 17
TWEET_CHARACTERS_MAX = 280
NAME_CHARACTERS_MAX = 64


@contextmanager
def demo(url: str, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(
        command("demo", "--url", url, *arguments),
        cwd=REPOSITORY,
        env=environment({}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def interrupt(process: "subprocess.Popen[str]") -> str:
    """Presses Ctrl-C; returns what the demo said last."""
    process.send_signal(signal.SIGINT)
    said, errors = process.communicate(timeout=WAIT_SECONDS)
    assert (process.returncode, errors) == (0, "")
    return said


@contextmanager
def client(perch: PerchProcess, user: str = "visitor") -> Iterator[Client]:
    with closing(OverSocket(perch.url)) as transport:
        yield Client(transport, user)


def count(visitor: Client) -> int:
    """The number of tweets of the whole crowd."""
    return sum(visitor.page(f"/v1/users/{name}")["tweets_count"] for name in demo_crowd.NAMES)


def until(what: str, holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def test_within_seconds_the_site_is_alive_and_ctrl_c_ends_it_and_a_second_run_goes_on(start_perch: StartPerch) -> None:
    perch = start_perch()
    with client(perch) as visitor:
        started = time.monotonic()
        with demo(perch.url, "--pace", "20") as process:
            assert process.stdout is not None
            assert process.stdout.readline() == f"The crowd is there: open {perch.url}/ in a browser.\n"
            assert time.monotonic() - started < ALIVE_SECONDS
            assert visitor.page(f"/v1/users/{HUB}")["followers_count"] == FRIENDS_OF_THE_HUB
            first = count(visitor)
            assert first >= 60
            until("the crowd talks", lambda: count(visitor) > first + 5)
            assert interrupt(process).endswith("Run it again, and it goes on.\n")
        before = count(visitor)
        with demo(perch.url, "--pace", "5") as process:
            assert process.stdout is not None
            process.stdout.readline()
            until("the crowd goes on", lambda: count(visitor) > before + 5)
            interrupt(process)
        assert count(visitor) < before + 60, "a second run does not begin anew"
        assert visitor.page(f"/v1/users/{HUB}")["followers_count"] == FRIENDS_OF_THE_HUB


def test_a_newcomer_who_publishes_is_welcomed_and_followed(start_perch: StartPerch) -> None:
    perch = start_perch()
    with client(perch) as visitor, demo(perch.url, "--pace", "20") as process:
        assert process.stdout is not None
        process.stdout.readline()
        visitor.publish("Hello, everybody.")
        until("somebody follows", lambda: visitor.page("/v1/users/me")["followers_count"] > 1)
        texts = [tweet["text"] for tweet in visitor.page("/v1/tweets?limit=100")["data"]]
        assert any("@visitor" in text for text in texts)
        interrupt(process)


def test_it_waits_for_a_service_that_is_not_there_yet(start_perch: StartPerch) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with demo(url) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == f"{url} does not answer yet. Start the service: make run\n"
        start_perch(PORT=str(port))
        assert process.stdout.readline().startswith("The crowd is there")
        interrupt(process)


def test_ctrl_c_ends_the_wait_too() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        with demo(f"http://127.0.0.1:{taken.getsockname()[1]}") as process:
            assert process.stdout is not None
            process.stdout.readline()
            assert interrupt(process) == "The demo has ended. Run it again, and it goes on.\n"


def test_a_service_that_needs_tokens_is_reported_in_one_sentence(start_perch: StartPerch) -> None:
    perch = start_perch(**HS256)
    outcome = run_app("demo", "--url", perch.url)
    assert outcome.returncode == 2
    assert "with status 401" in outcome.stderr
    assert "Traceback" not in outcome.stderr


@pytest.mark.parametrize("pace", ["0", "-1", "x", "nan", "1000"])
def test_a_bad_pace_is_named(pace: str) -> None:
    outcome = run_app("demo", "--pace", pace)
    assert outcome.returncode == 2
    assert "argument --pace: must be a number above 0" in outcome.stderr


def test_the_crowd_is_zacharys_club() -> None:
    graph = demo_crowd.crowd()
    assert len(graph.users) == len(set(graph.users)) == 34
    assert len(set(graph.follows)) == 2 * 78
    assert {(followee, follower) for follower, followee in graph.follows} == set(graph.follows)


def test_every_text_fits_with_the_longest_name() -> None:
    texts = [text for _, text in numbered_lines(Path(demo_crowd.TEXTS))]
    assert len(texts) == len(set(texts))
    assert max(len(text.replace("@friend", "@" + "x" * NAME_CHARACTERS_MAX)) for text in texts) <= TWEET_CHARACTERS_MAX
