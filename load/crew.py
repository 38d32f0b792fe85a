"""Many requests at once."""

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from types import FrameType
from typing import TypeVar

from tqdm import tqdm

from load.client import Address, Client

CHUNK = 16
"""Items that a thread does in one go: so many that handing them over costs little, so few that all threads end
together."""

Item = TypeVar("Item")
Result = TypeVar("Result")


class Crew:
    """Works off items over several connections, each of them used by one thread at a time."""

    def __init__(self, address: Address, connections: int) -> None:
        self._address = address
        self._connections = connections
        self._interrupted = False

    def interrupt(self, _signal: int, _frame: FrameType | None) -> None:
        """Handles Ctrl-C. Python drops what is raised in a callback, hence work that goes on looks again."""
        self._interrupted = True
        raise KeyboardInterrupt

    def work_off(self, name: str, items: Sequence[Item], work: Callable[[Client, Item], Result]) -> list[Result]:
        """The results in the order of the items, with a progress bar on a terminal.

        What `work` raises, or Ctrl-C, ends all of it: requests under way are finished, no other is made.
        """
        idle: queue.SimpleQueue[Client] = queue.SimpleQueue()
        stopping = threading.Event()

        def run(chunk: Sequence[Item]) -> list[Result]:
            client = idle.get()
            try:
                return [work(client, item) for item in chunk if not stopping.is_set()]
            finally:
                idle.put(client)

        with ExitStack() as stack:
            for _ in range(self._connections):
                idle.put(stack.enter_context(Client(self._address)))
            pool = stack.enter_context(ThreadPoolExecutor(self._connections))
            stack.callback(pool.shutdown, cancel_futures=True)
            stack.callback(stopping.set)
            progress = stack.enter_context(tqdm(total=len(items), desc=name, disable=None, leave=False))
            results: list[Result] = []
            for done in _in_order(pool, run, items, ahead=2 * self._connections):
                if self._interrupted:
                    raise KeyboardInterrupt
                results += done
                progress.update(len(done))
        return results


def _in_order(
    pool: ThreadPoolExecutor, run: Callable[[Sequence[Item]], Result], items: Sequence[Item], *, ahead: int
) -> Iterator[Result]:
    """The results of all chunks in their order; at most `ahead` chunks are handed out at a time."""
    handed_out: deque[Future[Result]] = deque()
    for start in range(0, len(items), CHUNK):
        if len(handed_out) == ahead:
            yield handed_out.popleft().result()
        handed_out.append(pool.submit(run, items[start : start + CHUNK]))
    while handed_out:
        yield handed_out.popleft().result()
