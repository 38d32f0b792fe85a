"""Captures the log as the service writes it, and reads events from log records."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

import orjson

from app.logs import configure_logs
from infrastructure.log import Event


class WrittenLog(StringIO):
    """A captured log."""

    def lines(self) -> list[dict[str, Any]]:
        """Returns the lines so far; each must be a JSON object."""
        return json_lines(self.getvalue())


def json_lines(text: str) -> list[dict[str, Any]]:
    """Parses a log with one JSON object per line."""
    *lines, rest = text.split("\n")
    assert rest == ""
    return [orjson.loads(line) for line in lines]


@contextmanager
def written_log(level: str = "INFO", log_format: str = "json") -> Iterator[WrittenLog]:
    """Within the context, this process logs as the service does, into the yielded log."""
    root, perch = logging.getLogger(), logging.getLogger("perch")
    before = root.handlers[:], root.level, perch.level, sys.excepthook
    # `configure_logs` would close the handlers that it finds.
    root.handlers.clear()
    log = WrittenLog()
    configure_logs(level, log_format, log)
    try:
        yield log
    finally:
        logging.captureWarnings(capture=False)
        root.handlers[:], root_level, perch_level, sys.excepthook = before
        root.setLevel(root_level)
        perch.setLevel(perch_level)


def event_of(record: logging.LogRecord) -> Event:
    """Returns the event in the record."""
    message: object = record.msg
    assert isinstance(message, Event)
    return message
