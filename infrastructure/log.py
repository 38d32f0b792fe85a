"""Log events: a name in snake_case and fields, sent through the standard library's logging."""

import logging
from contextvars import ContextVar
from typing import Any

from structlog.stdlib import BoundLogger, filter_by_level
from structlog.typing import EventDict, WrappedLogger

current_request_id: ContextVar[str] = ContextVar("perch_request_id", default="")
"""The id of the request that this thread is answering; empty outside a request."""

current_trace_id: ContextVar[str] = ContextVar("perch_trace_id", default="")
"""Names what this thread works for across processes: a request, or the delivery of its tweet. Empty without a name."""

STACK_DEPTH = 4
"""The number of structlog's stack frames between the standard library's logger and the code that logs."""


class Event(dict[str, Any]):
    """The message of a log record: `event` is its name, the other keys are its fields. `str` gives one line."""

    def __str__(self) -> str:
        fields = (f"{name}={value!r}" for name, value in self.items() if name != "event")
        return " ".join((self["event"], *fields))


def get_logger(name: str) -> BoundLogger:
    """Returns a logger whose events become records of the standard library's logger of that name.

    structlog's global configuration is neither used nor changed.
    """
    return BoundLogger(logging.getLogger(name), [filter_by_level, add_ids, _to_record], {})


def add_ids(_logger: WrappedLogger, _method: str, event_dict: EventDict) -> EventDict:
    """Adds the ids of the current request and of the current trace, if there are any."""
    if request_id := current_request_id.get():
        event_dict.setdefault("request_id", request_id)
    if trace_id := current_trace_id.get():
        event_dict.setdefault("trace_id", trace_id)
    return event_dict


def _to_record(_logger: WrappedLogger, _method: str, event_dict: EventDict) -> tuple[tuple[Event], dict[str, Any]]:
    for_logging = {"exc_info": event_dict.pop("exc_info", None), "stacklevel": STACK_DEPTH}
    return (Event(event=event_dict.pop("event"), **event_dict),), for_logging
