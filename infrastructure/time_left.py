"""How long the caller of the request that a thread answers still waits."""

import math
import threading
import time

REQUEST_SECONDS = 1.7
"""A request waits for an engine until so long after its arrival, however many statements it takes, and wherever else
it waited before. Its caller has the answer within two seconds."""


class _Deadline(threading.local):
    ends_at = math.inf


_deadline = _Deadline()


def begin_request(arrived_at: float | None) -> None:
    """From now on this thread answers a request that arrived at this monotonic time, or, with None, just now."""
    _deadline.ends_at = (arrived_at or time.monotonic()) + REQUEST_SECONDS


def end_request() -> None:
    """From now on this thread answers no request."""
    _deadline.ends_at = math.inf


def seconds_left() -> float:
    """Returns what is left of the time of this thread's request; infinite if it answers none."""
    return _deadline.ends_at - time.monotonic()
