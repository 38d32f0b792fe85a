"""A cluster from its start to its end."""

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from cluster import member
from cluster.available import Engine, RunningEngine
from cluster.engines.ports import ReservedPort
from cluster.engines.processes import EngineFailed
from cluster.member import Member
from cluster.perch_process import RUN_SECONDS, command, run
from cluster.profiles import Profile, engines

SERVES = 2
WORKS = 2
LOOK_SECONDS = 0.5
SHUTDOWN_SECONDS = "5"


class Cluster:
    """Engines, two `serve`, two `work`, and nginx in front; as a context manager it ends them all, the last one first.

    `start` raises `EngineFailed`, whose message has the end of a log.
    """

    def __init__(self, profile: Profile, settings: Mapping[str, str]) -> None:
        """Starts nothing yet; all processes of Perch get the settings."""
        self._profile = profile
        self._settings = {"SHUTDOWN_SECONDS": SHUTDOWN_SECONDS, **settings}
        self._engines: dict[Engine, RunningEngine] = {}
        self._members: list[Member] = []
        self.serves: list[Member] = []
        self.works: list[Member] = []
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def start(self, nginx: str, port: ReservedPort) -> None:
        """Returns when a request to nginx, which is this program and listens on the port, is answered by Perch."""
        for engine in engines(self._profile):
            self._engines[engine] = running = engine.start()
            self._stack.callback(running.close)
        settings = self._all_settings()
        self._migrate(settings)
        works, serves = self._group(), self._group()
        works += [member.perch(f"work-{number}", "work", settings) for number in range(1, WORKS + 1)]
        serves += [member.perch(f"serve-{number}", "serve", settings) for number in range(1, SERVES + 1)]
        for each in [*works, *serves]:
            each.wait_until_ready()
        gateway = self._group()
        gateway.append(member.nginx(nginx, port, [each.port for each in serves]))
        gateway[0].wait_until_ready()
        self._members = [*works, *serves, *gateway]
        self.serves, self.works = serves, works

    def _group(self) -> list[Member]:
        """A list of processes that will end together."""
        group: list[Member] = []
        self._stack.callback(_end, group)
        return group

    def _all_settings(self) -> dict[str, str]:
        urls = {setting: self._engines[engine].url for setting, engine in self._profile.items()}
        more = {name: value for engine in self._engines.values() for name, value in engine.settings.items()}
        return {**self._settings, **more, **urls}

    def _migrate(self, settings: Mapping[str, str]) -> None:
        done = run(command("migrate"), RUN_SECONDS, settings)
        if done.returncode != 0:
            raise EngineFailed(f"`migrate` failed: {done.stderr}")

    def wait_for_an_end(self) -> str:
        """Returns which processes have ended by themselves, when one has."""
        while not (ended := list(self._ended())):
            time.sleep(LOOK_SECONDS)
        return "\n".join(ended)

    def _ended(self) -> Iterator[str]:
        for engine, running in self._engines.items():
            if not running.is_running():
                yield f"{engine.name} has ended"
        for each in self._members:
            if not each.is_running():
                yield str(each.failure("has ended; its last lines:"))


def _end(group: list[Member]) -> None:
    for each in group:
        each.ask_to_stop()
    with ExitStack() as stack:
        for each in group:
            stack.callback(each.close)
