"""A look that concurrent callers share."""

import math
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from domain.errors import Unavailable
from infrastructure.time_left import seconds_left

T = TypeVar("T")


class SharedLook(Generic[T]):
    """Calls `look` once for all callers who wait at the same time.

    Each caller gets the result of a look that began after its own call, so a result is never older than the question.
    A look that fails because the request of its caller has no time left says nothing to the others, who look again.
    The condition's lock protects the numbers and the outcome of the last look.
    """

    def __init__(self, look: Callable[[], T]) -> None:
        self._look = look
        self._changed = threading.Condition()
        self._begun = 0
        self._ended = 0
        self._results: list[T] = []
        """The result of the last look; empty if it failed."""
        self._error: BaseException | None = None
        """Its error; None also if only its caller had no time."""

    def __call__(self) -> T:
        """Returns the result; raises the error of the look, and `Unavailable` if the request has no time to wait."""
        with self._changed:
            wanted = self._begun + 1
            while self._begun > self._ended:
                self._wait()
                if self._ended >= wanted and self._says_something():
                    return self._answer()
            self._begun += 1
        return self._look_for_all()

    def _wait(self) -> None:
        left = seconds_left()
        if left <= 0:
            raise Unavailable("The time of the request is over.")
        self._changed.wait(None if left == math.inf else left)

    def _says_something(self) -> bool:
        return bool(self._results) or self._error is not None

    def _answer(self) -> T:
        # No variable has the error: it would be a cycle, by way of the traceback.
        if self._error is not None:
            raise self._error
        return self._results[0]

    def _look_for_all(self) -> T:
        try:
            result = self._look()
        except BaseException as error:
            self._end([], None if seconds_left() <= 0 else error)
            raise
        self._end([result], None)
        return result

    def _end(self, results: list[T], error: BaseException | None) -> None:
        with self._changed:
            self._ended += 1
            self._results = results
            self._error = error
            self._changed.notify_all()
