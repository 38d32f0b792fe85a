"""Work that stops before every look at a store, so that a test decides what happens in between."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar, cast

Result = TypeVar("Result")
Store = TypeVar("Store")

STUCK_SECONDS = 60.0
"""A strand that does not come to its next look by then waits for a lock that somebody holds across a call."""

_thread = threading.local()


class _Abandoned(BaseException):
    """Unwinds the thread of a strand that nobody wants to finish."""


class Strand(Generic[Result]):
    """Work in a thread of its own which runs only while it is told to: never two at once, so nothing is random.

    It stops before each call of a store made with `stepped`. `at` is the look before which it stands, such as
    ``timelines.view``, and None when the work is done.
    """

    def __init__(self, work: Callable[[], Result]) -> None:
        """Runs the work up to its first look."""
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
        """Does one look, and all up to the next."""
        if self.at is not None:
            self._go.release()
            self._await_stop()

    def run_to(self, look: str) -> None:
        """Stops before the first look of this name that is not done; fails when there is none."""
        while self.at != look:
            assert self.at is not None, f"the work ended without {look}"
            self.advance()

    def run_past(self, look: str) -> None:
        """Stops right after that look."""
        self.run_to(look)
        self.advance()

    def finish(self) -> Result:
        """Does the rest; returns what the work returned, or raises what it raised."""
        while self.at is not None:
            self.advance()
        if self._error is not None:
            raise self._error
        return self._result[0]

    def abandon(self) -> None:
        """Ends the thread where it stands."""
        self._abandoned = True
        self.advance()

    def stop_before(self, look: str) -> None:
        """What a stepped store calls, in the strand's own thread."""
        if self._abandoned:
            return
        self.at = look
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
            raise AssertionError("the strand is stuck")


def stepped(store: Store, name: str) -> Store:
    """The store, before whose every call a strand stops; other threads pass. Looks are named ``name.method``."""
    return cast("Store", _Stepped(store, name))


class _Stepped:
    def __init__(self, store: object, name: str) -> None:
        self._store = store
        self._name = name

    def __getattr__(self, method: str) -> Callable[..., object]:
        call = getattr(self._store, method)

        def stopping(*args: object, **kwargs: object) -> object:
            strand: Strand[object] | None = getattr(_thread, "strand", None)
            if strand is not None:
                strand.stop_before(f"{self._name}.{method}")
            return call(*args, **kwargs)

        return stopping
