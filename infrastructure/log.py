"""Log events: a name in snake_case and fields, through the standard library's logging."""

import logging
from contextvars import ContextVar
from typing import Any

from structlog.stdlib import BoundLogger, filter_by_level
from structlog.typing import EventDict, WrappedLogger

current_request_id: ContextVar[str] = ContextVar("perch_request_id", default="")
"""The id of the request that this thread is answering, empty when there is none."""

STACK_DEPTH = 4
"""Frames from the standard library's logger to whoever logs; so many are structlog's."""


class Event(dict[str, Any]):
    """The message of a log record: `event` is its name, the rest are its fields. As a text it is one line."""

    def __str__(self) -> str:
        fields = (f"{name}={value!r}" for name, value in self.items() if name != "event")
        return " ".join((self["event"], *fields))


def get_logger(name: str) -> BoundLogger:
    """Its events are records of the standard library's logger of that name, whoever configures that one.

    Nothing else in the process changes: structlog's own configuration is neither used nor touched.
    """
    return BoundLogger(logging.getLogger(name), [filter_by_level, add_request_id, _to_record], {})


def add_request_id(_logger: WrappedLogger, _method: str, event_dict: EventDict) -> EventDict:
    """Adds the id of the request that is being answered, if there is one."""
    if request_id := current_request_id.get():
        event_dict.setdefault("request_id", request_id)
    return event_dict


def _to_record(_logger: WrappedLogger, _method: str, event_dict: EventDict) -> tuple[tuple[Event], dict[str, Any]]:
    for_logging = {"exc_info": event_dict.pop("exc_info", None), "stacklevel": STACK_DEPTH}
    return (Event(event=event_dict.pop("event"), **event_dict),), for_logging
