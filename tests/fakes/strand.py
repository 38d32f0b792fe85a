"""Work that stops before every store call, so that a test decides what happens in between."""

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar, cast

Result = TypeVar("Result")
Store = TypeVar("Store")

STUCK_SECONDS = 60.0
"""A strand that takes longer to its next store call waits for a lock that is held across a store call."""

_thread = threading.local()


class _Abandoned(BaseException):
    """Unwinds the thread of an abandoned strand."""


class Strand(Generic[Result]):
    """Work in its own thread that runs only on demand: never two at once, so the order is deterministic.

    It stops before each call of a store made with `stepped`. `at` is the name of that call, such as
    ``timelines.view``, and None when the work is done.
    """

    def __init__(self, work: Callable[[], Result]) -> None:
        """Runs the work up to its first store call."""
        self.at: str | None = None
        self._work = work
        self._result: list[Result] = []
        self._error: BaseException | None = None
        self._abandoned = False
        self._go = threading.Lock()
        self._stopped = threading.Lock()
        self._go.acquire()
        self._stopped.acquire()
        self._thread = threading.Thread(target=self._run, name="strand", daemon=True)
        self._thread.start()
        self._await_stop()

    def advance(self) -> None:
        """Does one store call, and runs up to the next."""
        if self.at is not None:
            self._go.release()
            self._await_stop()

    def run_to(self, call: str) -> None:
        """Stops before the next call of this name; fails when there is none."""
        while self.at != call:
            assert self.at is not None, f"the work ended without a call of {call}"
            self.advance()

    def run_past(self, call: str) -> None:
        """Runs through the next call of this name, up to the call after it."""
        self.run_to(call)
        self.advance()

    def finish(self) -> Result:
        """Runs the rest; returns the result of the work, or raises its error."""
        while self.at is not None:
            self.advance()
        if self._error is not None:
            raise self._error
        return self._result[0]

    def abandon(self) -> None:
        """Ends the thread at its current call."""
        self._abandoned = True
        self.advance()

    def stop_before(self, call: str) -> None:
        """Called by a stepped store, in the strand's own thread."""
        if self._abandoned:
            return
        self.at = call
        self._stopped.release()
        self._go.acquire()
        self.at = None
        if self._abandoned:
            raise _Abandoned

    def _run(self) -> None:
        _thread.strand = self
        try:
            self._result.append(self._work())
        except BaseException as error:  # noqa: BLE001 - `finish` raises it in the test's own thread
            self._error = error
        self._stopped.release()

    def _await_stop(self) -> None:
        if not self._stopped.acquire(timeout=STUCK_SECONDS):
            raise AssertionError("the strand did not reach its next store call")


def current_strand() -> "Strand[object] | None":
    """Returns the strand that runs in this thread; None in other threads."""
    return getattr(_thread, "strand", None)


def stepped(store: Store, name: str, *methods: str) -> Store:
    """Wraps a store so that strands stop before each call, named ``name.method``; other threads do not stop.

    With `methods` they stop only before calls of these.
    """
    return cast("Store", _Stepped(store, name, methods))


class _Stepped:
    def __init__(self, store: object, name: str, methods: Sequence[str]) -> None:
        self._store = store
        self._name = name
        self._methods = methods

    def __getattr__(self, method: str) -> Callable[..., object]:
        call: Callable[..., object] = getattr(self._store, method)
        if self._methods and method not in self._methods:
            return call

        def stopping(*args: object, **kwargs: object) -> object:
            strand = current_strand()
            if strand is not None:
                strand.stop_before(f"{self._name}.{method}")
            return call(*args, **kwargs)

        return stopping
