"""A background thread repeats its work, survives errors, is revived when it dies, and stops."""

import ctypes
import logging
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from queue import SimpleQueue

import pytest

from domain.errors import Unavailable
from infrastructure import background
from infrastructure.background import BackgroundThread
from tests.contracts.racing import JOIN_SECONDS
from tests.fakes.log import event_of

FOR_EVER = 1000.0


class Work:
    """Counts its calls, and raises the given errors first."""

    def __init__(self, *errors: BaseException) -> None:
        self._errors = list(errors)
        self.calls = 0
        self.succeeded = threading.Event()

    def __call__(self) -> None:
        self.calls += 1
        if self._errors:
            raise self._errors.pop(0)
        self.succeeded.set()


@contextmanager
def running(thread: BackgroundThread) -> Iterator[None]:
    thread.start()
    try:
        yield
    finally:
        assert thread.stop(JOIN_SECONDS)


def test_work_is_repeated_until_the_thread_is_stopped() -> None:
    calls_left = threading.Semaphore(0)
    thread = BackgroundThread("work", calls_left.release, pause_seconds=0.001)
    with running(thread):
        for _ in range(5):
            assert calls_left.acquire(timeout=JOIN_SECONDS)
    assert "work" not in {alive.name for alive in threading.enumerate()}


def test_an_error_is_logged_and_the_work_is_repeated(caplog: pytest.LogCaptureFixture) -> None:
    work = Work(ValueError("first"), KeyError("second"))
    with running(BackgroundThread("fragile", work, pause_seconds=0.001)):
        assert work.succeeded.wait(JOIN_SECONDS)
    errors = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert ["fragile" in record.message for record in errors] == [True, True]
    assert [record.exc_info[0] for record in errors if record.exc_info] == [ValueError, KeyError]


def test_what_is_unavailable_is_asked_again_without_a_word(caplog: pytest.LogCaptureFixture) -> None:
    work = Work(Unavailable("no answer"), Unavailable("no answer"))
    with running(BackgroundThread("patient", work, pause_seconds=0.001)):
        assert work.succeeded.wait(JOIN_SECONDS)
    assert work.calls >= 3
    assert not caplog.records


def test_stop_interrupts_the_pause() -> None:
    work = Work()
    with running(BackgroundThread("pausing", work, pause_seconds=FOR_EVER)):
        assert work.succeeded.wait(JOIN_SECONDS)
    assert work.calls == 1


def test_a_thread_that_is_stopped_before_its_start_never_runs() -> None:
    work = Work()
    thread = BackgroundThread("never", work)
    assert thread.stop(FOR_EVER) is True
    thread.start()
    assert thread.stop(JOIN_SECONDS) is True
    assert work.calls == 0


def test_a_stopped_thread_may_be_stopped_again() -> None:
    thread = BackgroundThread("twice", Work(), pause_seconds=FOR_EVER)
    with running(thread):
        pass
    assert thread.stop(JOIN_SECONDS) is True


def test_stop_returns_false_when_the_work_does_not_end_in_time() -> None:
    entered, free = threading.Event(), threading.Event()

    def hang() -> None:
        entered.set()
        assert free.wait(JOIN_SECONDS)

    thread = BackgroundThread("hanging", hang)
    thread.start()
    assert entered.wait(JOIN_SECONDS)
    assert thread.stop(0.01) is False
    free.set()
    assert thread.stop(JOIN_SECONDS) is True


def join(thread: BackgroundThread) -> None:
    """Waits until the thread is dead."""
    thread._thread.join(JOIN_SECONDS)
    assert not thread._thread.is_alive()


@pytest.mark.parametrize("end", [SystemExit(), KeyboardInterrupt(), GeneratorExit()], ids=repr)
def test_a_revived_thread_is_counted_and_logged(end: BaseException, caplog: pytest.LogCaptureFixture) -> None:
    work = Work(end)
    thread = BackgroundThread("mortal", work, pause_seconds=0.001)
    with running(thread):
        join(thread)
        assert (thread.restarts, work.succeeded.is_set()) == (0, False)
        thread.revive()
        assert work.succeeded.wait(JOIN_SECONDS)
        thread.revive()
        assert thread.restarts == 1
    [record] = caplog.records
    assert event_of(record) == {"event": "thread_restarted", "thread": "mortal"}
    assert record.exc_info is not None
    assert record.exc_info[1] is end


def test_a_thread_that_is_killed_from_outside_is_revived() -> None:
    work = Work()
    thread = BackgroundThread("killed", work, pause_seconds=0.001)
    with running(thread):
        assert work.succeeded.wait(JOIN_SECONDS)
        ident = ctypes.c_ulong(thread._thread.ident or 0)
        assert ctypes.pythonapi.PyThreadState_SetAsyncExc(ident, ctypes.py_object(SystemExit)) == 1
        join(thread)
        work.succeeded.clear()
        thread.revive()
        assert work.succeeded.wait(JOIN_SECONDS)


def test_a_thread_that_dies_because_logging_fails_is_revived(monkeypatch: pytest.MonkeyPatch) -> None:
    work = Work(ValueError("first"))
    thread = BackgroundThread("speechless", work)
    with monkeypatch.context() as broken:
        broken.setattr(background.log, "exception", Work(OSError("disk full")), raising=False)
        thread.start()
        join(thread)
    thread.revive()
    assert work.succeeded.wait(JOIN_SECONDS)
    assert thread.stop(JOIN_SECONDS)


def test_a_thread_that_keeps_dying_is_revived_after_a_pause() -> None:
    work = Work(*(SystemExit() for _ in range(3)))
    thread = BackgroundThread("frail", work, pause_seconds=FOR_EVER)
    started = time.monotonic()
    with running(thread):
        for _ in range(3):
            join(thread)
            thread.revive()
        assert work.succeeded.wait(JOIN_SECONDS)
    assert thread.restarts == 3
    assert time.monotonic() - started >= 3 * background.PAUSE_AFTER_ERROR_SECONDS


def test_a_thread_that_was_never_started_or_was_stopped_is_not_revived() -> None:
    thread = BackgroundThread("quiet", Work())
    thread.revive()
    with running(thread):
        pass
    thread.revive()
    assert (thread.restarts, thread._thread.is_alive()) == (0, False)


def test_a_revive_that_cannot_start_a_thread_is_retried(monkeypatch: pytest.MonkeyPatch) -> None:
    work = Work(SystemExit())
    thread = BackgroundThread("waiting for room", work)
    thread.start()
    join(thread)
    with monkeypatch.context() as full:
        full.setattr(threading.Thread, "start", Work(RuntimeError("can't start new thread")))
        thread.revive()
    assert thread.restarts == 0
    thread.revive()
    assert work.succeeded.wait(JOIN_SECONDS)
    assert thread.stop(JOIN_SECONDS)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has priorities per thread")
def test_a_thread_lowers_its_priority_if_it_gives_way() -> None:
    seen: SimpleQueue[int] = SimpleQueue()

    def work() -> None:
        seen.put(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))

    serving = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    for gives_way, niceness in ((True, min(serving + background.GIVES_WAY_BY, 19)), (False, serving)):
        with running(BackgroundThread("work", work, pause_seconds=FOR_EVER, gives_way=gives_way)):
            assert seen.get(timeout=JOIN_SECONDS) == niceness
