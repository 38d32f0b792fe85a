"""The configuration of the log: one line per event, as JSON or readable text."""

import logging
import sys
from collections.abc import Sequence
from typing import TextIO

import orjson
from structlog.dev import ConsoleRenderer, plain_traceback
from structlog.processors import format_exc_info
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, Processor, WrappedLogger

from infrastructure.http.rendering import timestamp
from infrastructure.log import Event, add_ids, get_logger

log = get_logger("perch")

_ESCAPES = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))}
_ESCAPES_IN_TRACES = {code: escape for code, escape in _ESCAPES.items() if chr(code) not in "\n\t"}


def configure_logs(level: str, log_format: str, stream: TextIO) -> None:
    """Sends all log records of this process to the stream, including Python's warnings and crashes.

    `log_format` is `json`, `readable`, or `auto`: readable on a terminal, JSON elsewhere. `level` is that of Perch's
    loggers. Libraries log at WARNING or above, because below it they quote requests and report every disconnect.
    """
    readable = log_format == "readable" or (log_format == "auto" and stream.isatty())
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Formatter(_readable(colours=stream.isatty()) if readable else [_as_json]))
    logging.basicConfig(
        handlers=[handler], level=max(logging.WARNING, logging.getLevelNamesMapping()[level]), force=True
    )
    logging.getLogger("perch").setLevel(level)
    logging.captureWarnings(True)
    sys.excepthook = lambda *exc_info: log.critical("crashed", exc_info=exc_info)


class _Formatter(ProcessorFormatter):
    """Gives all records the same fields, with tracebacks. A record that cannot be formatted becomes `log_line_lost`."""

    def __init__(self, render: Sequence[Processor]) -> None:
        super().__init__(processors=[_with_fields, add_ids, format_exc_info, *render])

    def format(self, record: logging.LogRecord) -> str:
        try:
            return super().format(record)
        except Exception as error:  # noqa: BLE001 - a bad log record must not break the work
            return super().format(_lost(record, type(error).__name__))


def _lost(record: logging.LogRecord, error: str) -> logging.LogRecord:
    event = Event(event="log_line_lost", where=f"{record.pathname}:{record.lineno}", error=error)
    return logging.LogRecord(record.name, logging.ERROR, record.pathname, record.lineno, event, None, None)


def _with_fields(_logger: WrappedLogger, _method: str, event_dict: EventDict) -> EventDict:
    record: logging.LogRecord = event_dict.pop("_record")
    del event_dict["_from_structlog"]
    message: object = record.msg
    own = message if isinstance(message, Event) else {}
    return {
        "timestamp": timestamp(int(record.created * 1000)),
        "level": record.levelname.lower(),
        "logger": record.name,
        **event_dict,
        **own,
    }


def _as_json(_logger: WrappedLogger, _method: str, event_dict: EventDict) -> str:
    try:
        return orjson.dumps(event_dict, default=repr).decode()
    except orjson.JSONEncodeError:
        # The event contains a lone surrogate, or a number of more than 64 bits.
        return orjson.dumps({_well_formed(name): _well_formed(value) for name, value in event_dict.items()}).decode()


def _well_formed(value: object) -> str:
    return str(value).encode("utf-8", "backslashreplace").decode()


def _readable(*, colours: bool) -> list[Processor]:
    # `format_exc_info` has made tracebacks text already; structlog 25 warns of that with any other formatter.
    return [_escape_controls, ConsoleRenderer(colors=colours, exception_formatter=plain_traceback, sort_keys=False)]


def _escape_controls(_logger: WrappedLogger, _method: str, event_dict: EventDict) -> EventDict:
    """Escapes control characters, so that input from outside cannot control the terminal or fake a log line."""
    for name, value in event_dict.items():
        if isinstance(value, str):
            event_dict[name] = value.translate(_ESCAPES_IN_TRACES if name == "exception" else _ESCAPES)
    return event_dict
