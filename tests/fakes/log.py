"""What is logged, as a service writes it and as the standard library's logging has it."""

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
    """Where a log is written."""

    def lines(self) -> list[dict[str, Any]]:
        """The lines so far; each must be a JSON object."""
        return json_lines(self.getvalue())


def json_lines(text: str) -> list[dict[str, Any]]:
    """The JSON object on each line of a log."""
    *lines, rest = text.split("\n")
    assert rest == ""
    return [orjson.loads(line) for line in lines]


@contextmanager
def written_log(level: str = "INFO", log_format: str = "json") -> Iterator[WrittenLog]:
    """Meanwhile this process logs as the service does, into what this gives."""
    root, perch = logging.getLogger(), logging.getLogger("perch")
    before = root.handlers[:], root.level, perch.level, sys.excepthook
    # Taken out here, because to configure the log closes those that it finds.
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
    """The event that the record holds."""
    message: object = record.msg
    assert isinstance(message, Event)
    return message
