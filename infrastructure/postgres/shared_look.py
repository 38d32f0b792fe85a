"""A look that concurrent callers share."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class SharedLook(Generic[T]):
    """Calls `look` once for all callers who wait at the same time.

    Each caller gets the result of a look that began after its own call, so a result is never older than the question.
    The condition's lock protects the numbers and the outcome of the last look.
    """

    def __init__(self, look: Callable[[], T]) -> None:
        self._look = look
        self._changed = threading.Condition()
        self._begun = 0
        self._ended = 0
        self._outcome: Callable[[], T] = look

    def __call__(self) -> T:
        """Returns the result; raises the error of the look."""
        with self._changed:
            wanted = self._begun + 1
            while self._ended < wanted and self._begun > self._ended:
                self._changed.wait()
            if self._ended >= wanted:
                outcome = self._outcome
            else:
                self._begun += 1
                outcome = None
        return self._look_for_all() if outcome is None else outcome()

    def _look_for_all(self) -> T:
        outcome = _outcome_of(self._look)
        with self._changed:
            self._ended += 1
            self._outcome = outcome
            self._changed.notify_all()
        return outcome()


def _outcome_of(look: Callable[[], T]) -> Callable[[], T]:
    try:
        result = look()
    except BaseException as error:  # noqa: BLE001 - each caller raises it
        failure = error

        def fail() -> T:
            raise failure

        return fail
    return lambda: result
