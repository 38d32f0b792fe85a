import threading
from collections.abc import Iterator
from functools import partial

import pytest

from infrastructure.dynamodb.senders import Senders

WAIT_SECONDS = 20.0
THREADS = 3


@pytest.fixture
def senders() -> Iterator[Senders]:
    senders = Senders("send", THREADS)
    yield senders
    senders.close(WAIT_SECONDS)
    assert all(thread.stop(0.0) for thread in senders.threads)


@pytest.mark.parametrize("number", [0, 1, 2, THREADS + 1, 50])
def test_all_is_done_once(senders: Senders, number: int) -> None:
    done: list[int] = []
    senders.do_all([partial(done.append, at) for at in range(number)])
    assert sorted(done) == list(range(number))


def test_several_are_done_at_once_also_by_the_caller(senders: Senders) -> None:
    together = threading.Barrier(THREADS + 1)
    senders.do_all([lambda: together.wait(WAIT_SECONDS)] * (THREADS + 1))


def test_a_caller_who_gets_no_thread_does_all_itself(senders: Senders) -> None:
    begun, over = threading.Semaphore(0), threading.Event()

    def occupy() -> None:
        begun.release()
        over.wait(WAIT_SECONDS)

    other = threading.Thread(target=senders.do_all, args=([occupy] * (THREADS + 1),))
    other.start()
    for _ in range(THREADS + 1):
        assert begun.acquire(timeout=WAIT_SECONDS)
    done_by: list[threading.Thread] = []
    senders.do_all([lambda: done_by.append(threading.current_thread())] * 5)
    assert set(done_by) == {threading.current_thread()}
    over.set()
    other.join(WAIT_SECONDS)


def test_an_error_reaches_the_caller_when_nothing_runs_any_more(senders: Senders) -> None:
    begun, ended, failed = threading.Event(), threading.Event(), threading.Event()
    later: list[int] = []

    def fail() -> None:
        assert begun.wait(WAIT_SECONDS)
        failed.set()
        raise ValueError("no")

    def go_on() -> None:
        begun.set()
        assert failed.wait(WAIT_SECONDS)
        ended.set()

    with pytest.raises(ValueError, match="no"):
        senders.do_all([fail, go_on])
    assert ended.is_set()
    with pytest.raises(ValueError, match="no"):
        Senders("none", 0).do_all([fail, lambda: later.append(1)])
    assert later == []
    senders.do_all([lambda: later.append(2)])
    assert later == [2]
