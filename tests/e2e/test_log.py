"""The log of a real process: JSON into a pipe, readable text on a terminal, or as configured."""

import os
import pty
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cluster.perch_process import PerchProcess
from tests.built import served_behind
from tests.fakes.log import json_lines, written_log
from tests.http.client import Client
from tests.http.wire import OverSocket

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

READABLE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \[(\w+) *\] (\w+) +\[perch[.a-z]*\]")
COLOURS = re.compile(r"\x1b\[\d+m")
EVENTS = ["perch_started", "request", "draining", "stopped"]

Open = Callable[[], tuple[int, int]]


def log_of_a_process(open_ends: Open, **settings: str) -> str:
    """The log of a process that answers a read and a write; it is written to one of two connected files."""
    reader, writer = open_ends()
    with PerchProcess(Path(f"/dev/fd/{writer}"), **{"LOG_LEVEL": "INFO", "CPUS": "all", **settings}) as perch:
        assert perch.call("GET", "/v1/users/me/timeline", "alice")[0] == 200
        assert perch.call("PUT", "/v1/users/me/following/bob", "alice")[0] == 204
        perch.stop()
        os.close(writer)
        return read_to_the_end(reader)


def read_to_the_end(reader: int) -> str:
    parts = []
    with open(reader, "rb", buffering=0) as file, suppress(OSError):
        # A terminal reports its end as an error.
        while part := file.read(65536):
            parts.append(part)
    return b"".join(parts).decode()


def test_a_log_into_a_pipe_is_json() -> None:
    lines = json_lines(log_of_a_process(os.pipe))
    assert [line["event"] for line in lines] == EVENTS
    assert lines[0]["url"].startswith("http://127.0.0.1:")
    assert len(lines[1]["request_id"]) == 32
    assert lines[3]["tweets_left"] == 0


def test_a_log_on_a_terminal_is_readable_text() -> None:
    text = log_of_a_process(pty.openpty)
    assert COLOURS.search(text)
    matches = [READABLE.match(line) for line in COLOURS.sub("", text).splitlines()]
    assert [match and match[2] for match in matches] == EVENTS


@pytest.mark.parametrize(("log_format", "open_ends"), [("json", pty.openpty), ("readable", os.pipe)])
def test_the_format_can_be_configured(log_format: str, open_ends: Open) -> None:
    text = log_of_a_process(open_ends, LOG_FORMAT=log_format).replace("\r\n", "\n")
    assert not COLOURS.search(text)
    if log_format == "json":
        assert [line["event"] for line in json_lines(text)] == EVENTS
    else:
        assert all(READABLE.match(line) for line in text.splitlines())


@pytest.mark.parametrize(("level", "events"), [("DEBUG", 5), ("INFO", 4), ("WARNING", 0), ("ERROR", 0)])
def test_the_level_can_be_configured(level: str, events: int) -> None:
    assert len(json_lines(log_of_a_process(os.pipe, LOG_LEVEL=level))) == events


def test_lines_of_waitress_have_the_same_format() -> None:
    with written_log() as written, served_behind(promising_less) as url:
        transport = OverSocket(url)
        Client(transport, "alice").get("/livez")
        transport.close()
    [line] = [line for line in written.lines() if line["logger"] == "waitress"]
    assert line["level"] == "warning"
    assert "exceeded the number of bytes" in line["event"]


def promising_less(app: "WSGIApplication") -> "WSGIApplication":
    """A middleware whose answers are longer than their Content-Length, which waitress logs."""

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *_: Any) -> Any:  # noqa: ANN401
            return start_response(status, [(name, {"Content-Length": "1"}.get(name, value)) for name, value in headers])

        return app(environ, start)

    return answer
