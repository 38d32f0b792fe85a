"""A process with some clients of a trial, each in a thread of its own."""

import random
import threading
from collections.abc import Callable, Sequence
from multiprocessing.synchronize import Event
from pathlib import Path

from tests.trial.callers import Caller
from tests.trial.feeders import Poller, Streamer
from tests.trial.history import Recorder
from tests.trial.lists import Lists
from tests.trial.plan import USERS, Role
from tests.trial.writer import Writer

PAUSE_SECONDS = (0.05, 0.35)
WALKED = [*USERS, *USERS, "pat", "sue"]


def run_clients(roles: Sequence[Role], urls: Sequence[str], path: Path, stopping: Event) -> None:
    """Runs until it is told to stop, or until one of the clients meets a bug of its own."""
    recorder = Recorder(path)
    clients = [_Client(_act(role, urls, recorder, stopping), random.Random(role.seed), stopping) for role in roles]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    recorder.close()
    for client in clients:
        if client.error is not None:
            raise client.error


class _Client(threading.Thread):
    """Repeats an action, with pauses, until it is told to stop."""

    def __init__(self, act: Callable[[], object], rng: random.Random, stopping: Event) -> None:
        super().__init__(daemon=True)
        self.error: BaseException | None = None
        self._act = act
        self._rng = rng
        self._stopping = stopping

    def run(self) -> None:
        try:
            while not self._stopping.wait(self._rng.uniform(*PAUSE_SECONDS)):
                self._act()
        except BaseException as error:  # noqa: BLE001 - the process ends with it
            self.error = error
            self._stopping.set()


def _act(role: Role, urls: Sequence[str], recorder: Recorder, stopping: Event) -> Callable[[], object]:
    rng = random.Random(role.seed)
    caller = Caller(role.name, urls, recorder, rng)
    if role.kind == "writer":
        return Writer(caller, role.user, [user for user in USERS if user != role.user]).act
    if role.kind == "poller":
        return Poller(caller, role.user).act
    if role.kind == "streamer":
        streamer = Streamer(caller, role.user, recorder)
        return lambda: streamer.read_until(stopping.is_set)
    lists = Lists(caller)
    return lambda: lists.read_some(rng.choice(WALKED))
