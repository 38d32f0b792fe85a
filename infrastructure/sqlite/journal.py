"""The one writer of the file: commits changes in groups, and applies them to memory afterwards."""

import queue
import sqlite3
import time
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, Protocol, TypeVar

from domain.errors import Unavailable
from infrastructure.background import BackgroundThread
from infrastructure.log import get_logger
from infrastructure.sqlite.metrics import JournalMetrics

log = get_logger("perch.journal")

Result = TypeVar("Result")
Result_co = TypeVar("Result_co", covariant=True)

GROUP_MAX = 500
"""Changes in one commit."""

WAIT_SECONDS = 0.5
"""The time that the writer waits for a change, and the pause between two probes after a failure."""

QUEUED_SECONDS_MAX = 5.0
"""A change that is not begun within this time is refused, so that a slow disk does not hold requests for ever."""

RETRY_AFTER_SECONDS = 1


class Change(Protocol[Result_co]):
    """One change of the data. All calls come from the writer's thread."""

    @property
    def touches(self) -> Hashable:
        """The key of the data that it reads and changes. Two changes with the same key never share a commit."""

    def write(self, database: sqlite3.Connection) -> None:
        """Looks at memory, and writes what is to be changed to the file."""

    def apply(self) -> Result_co:
        """Changes memory, after the commit; returns the answer."""


_Waiting = tuple[Change[Any], Future[Any]]


Steps = Callable[[str], None]
"""A function that is called with each step of a commit. Tests end the process there."""


class Journal:
    """Writes changes to the file before they are applied to memory, and applies them before they are answered.

    Changes that wait while a commit is written to disk share the next commit. Changes are applied in the order of their
    commits, so memory goes through the same states as the file. After a commit that failed, changes are refused at
    once until the file can be written to again, so that they hold no thread that could answer a read.
    """

    def __init__(
        self,
        database: sqlite3.Connection,
        at: Steps = lambda step: None,  # noqa: ARG005 - nothing to do
        patience_seconds: float = QUEUED_SECONDS_MAX,
    ) -> None:
        """`at` is called with each step of a commit. A change that is not begun within the patience is refused."""
        self._database = database
        self._at = at
        self._patience_seconds = patience_seconds
        self._waiting: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._held: _Waiting | None = None
        self._failure = ""
        self._failures = 0
        self.metrics = JournalMetrics(lambda: self._failures, self.is_writable)
        self.thread = BackgroundThread("journal", self._work, gives_way=False)

    def is_writable(self) -> bool:
        """Returns True if the last commit succeeded."""
        return not self._failure

    def make(self, change: Change[Result]) -> Result:
        """Waits until the change is on disk and in memory; raises `Unavailable`, and changes nothing, if that fails."""
        if self._failure:
            raise _unavailable(self._failure)
        answer: Future[Result] = Future()
        self._waiting.put((change, answer))
        try:
            return answer.result(self._patience_seconds)
        except TimeoutError:
            if answer.cancel():
                raise _unavailable("the disk is too slow") from None
            return answer.result()

    def close(self, timeout: float) -> bool:
        """Ends the thread and commits what waits; False when a commit takes longer, and has the file still."""
        self.thread.ask_to_stop()
        self._waiting.put(None)
        if not self.thread.stop(timeout):
            return False
        while self._held or not self._waiting.empty():
            self._work()
        return True

    def _work(self) -> None:
        group = list(self._next_group())
        if group:
            self._commit(group)
        elif self._failure:
            self._probe()

    def _next_group(self) -> Iterator[_Waiting]:
        touched: set[Hashable] = set()
        while len(touched) < GROUP_MAX:
            try:
                waiting = self._held or self._waiting.get(block=not touched, timeout=WAIT_SECONDS)
            except queue.Empty:
                return
            if waiting is None:
                return
            change, answer = waiting
            touches = change.touches
            if touches in touched:
                self._held = waiting
                return
            self._held = None
            if answer.set_running_or_notify_cancel():
                touched.add(touches)
                yield waiting

    def _commit(self, group: list[_Waiting]) -> None:
        started = time.perf_counter()
        try:
            self._database.execute("BEGIN IMMEDIATE")
            for change, _ in group:
                change.write(self._database)
            self._at("before the commit")
            self._end()
        except BaseException as error:
            # Nothing was changed. The callers are told, even if this is the end of the thread.
            self._fail(error)
            for _, answer in group:
                answer.set_exception(_unavailable(str(error)))
            if not isinstance(error, Exception):
                raise
            return
        self._at("after the commit")
        self._recovered()
        self.metrics.observe(len(group), time.perf_counter() - started)
        for change, answer in group:
            self._apply(change, answer)

    def _end(self) -> None:
        """Commits. One that was written and not synced would be there after a crash, so another one goes over it."""
        try:
            self._database.execute("COMMIT")
        except sqlite3.Error:
            self._roll_back()
            self._probe()
            raise

    def _apply(self, change: Change[Result], answer: Future[Result]) -> None:
        self._at("before an apply")
        try:
            result = change.apply()
        except Exception as error:  # noqa: BLE001 - the caller is told, and the others of the group get their answers
            answer.set_exception(error)
        else:
            answer.set_result(result)

    def _probe(self) -> None:
        """Tries whether the file can be written to again."""
        with suppress(sqlite3.Error):
            # The WAL alone may fill the disk, and only commits bring it into the file otherwise.
            self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        try:
            self._database.execute("BEGIN IMMEDIATE")
            self._database.execute("INSERT OR REPLACE INTO kept_values VALUES ('probed', datetime('now'))")
            self._at("before the commit")
            self._database.execute("COMMIT")
        except sqlite3.Error:
            self._roll_back()
        else:
            self._recovered()

    def _fail(self, error: BaseException) -> None:
        self._roll_back()
        self._failures += 1
        if not self._failure:
            log.error("journal_failed", error=f"{type(error).__name__}: {error}")
        self._failure = str(error) or type(error).__name__

    def _recovered(self) -> None:
        if self._failure:
            log.warning("journal_recovered")
        self._failure = ""

    def _roll_back(self) -> None:
        if self._database.in_transaction:
            with suppress(sqlite3.Error):
                self._database.execute("ROLLBACK")


def _unavailable(reason: str) -> Unavailable:
    return Unavailable(f"Nothing can be written now: {reason}.", RETRY_AFTER_SECONDS)
