"""The log of a real process: JSON into a pipe, readable on a terminal, or as it is told."""

import os
import pty
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from flask import Response

from app.config import Settings
from app.container import build
from app.testing import serving
from tests.e2e.conftest import on_both_servers
from tests.e2e.perch_process import PerchProcess
from tests.fakes.log import json_lines, written_log
from tests.http.client import Client
from tests.http.wire import OverSocket

READABLE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \[(\w+) *\] (\w+) +\[perch[.a-z]*\]")
COLOURS = re.compile(r"\x1b\[\d+m")
LIFE = ["perch_started", "request", "draining", "stopped"]

Open = Callable[[], tuple[int, int]]


def log_of_a_life(open_ends: Open, **settings: str) -> str:
    """What a process logs that answers a read and a write, into what has these two ends."""
    reader, writer = open_ends()
    with PerchProcess(Path(f"/dev/fd/{writer}"), **{"LOG_LEVEL": "INFO", **settings}) as perch:
        assert perch.call("GET", "/v1/users/me/timeline", "alice")[0] == 200
        assert perch.call("PUT", "/v1/users/me/following/bob", "alice")[0] == 204
        perch.stop()
        os.close(writer)
        return read_to_the_end(reader)


def read_to_the_end(reader: int) -> str:
    parts = []
    with open(reader, "rb", buffering=0) as file, suppress(OSError):
        # The end of a terminal is an error.
        while part := file.read(65536):
            parts.append(part)
    return b"".join(parts).decode()


@on_both_servers
def test_into_a_pipe_it_is_json(server: str) -> None:
    lines = json_lines(log_of_a_life(os.pipe, SERVER=server))
    assert [line["event"] for line in lines] == LIFE
    assert lines[0]["url"].startswith("http://127.0.0.1:")
    assert len(lines[1]["request_id"]) == 32
    assert lines[3]["events_left"] == 0


def test_on_a_terminal_it_is_readable() -> None:
    text = log_of_a_life(pty.openpty)
    assert COLOURS.search(text)
    matches = [READABLE.match(line) for line in COLOURS.sub("", text).splitlines()]
    assert [match and match[2] for match in matches] == LIFE


@pytest.mark.parametrize(("log_format", "open_ends"), [("json", pty.openpty), ("readable", os.pipe)])
def test_the_form_can_be_chosen(log_format: str, open_ends: Open) -> None:
    text = log_of_a_life(open_ends, LOG_FORMAT=log_format).replace("\r\n", "\n")
    assert not COLOURS.search(text)
    if log_format == "json":
        assert [line["event"] for line in json_lines(text)] == LIFE
    else:
        assert all(READABLE.match(line) for line in text.splitlines())


@pytest.mark.parametrize(("level", "events"), [("DEBUG", 5), ("INFO", 4), ("WARNING", 0), ("ERROR", 0)])
def test_the_level_can_be_chosen(level: str, events: int) -> None:
    assert len(json_lines(log_of_a_life(os.pipe, LOG_LEVEL=level))) == events


def test_what_waitress_logs_has_the_same_form() -> None:
    settings = Settings(secret_key="end to end")  # noqa: S106 - it guards nothing
    perch = build(settings, run_worker=False)
    perch.app.after_request(promise_less)
    with written_log() as written, serving(perch, settings) as url:
        transport = OverSocket(url)
        Client(transport, "alice").get("/livez")
        transport.close()
    [line] = [line for line in written.lines() if line["logger"] == "waitress"]
    assert line["level"] == "warning"
    assert "exceeded the number of bytes" in line["event"]


def promise_less(response: Response) -> Response:
    """An answer that is longer than it says, which waitress logs."""
    response.headers["Content-Length"] = "1"
    return response
