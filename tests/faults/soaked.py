"""What a soak runs on: one `serve` in memory, or a whole cluster."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from cluster.engines.ports import LOCALHOST, ReservedPort
from cluster.exchange import exchange
from cluster.member import NGINX_MISSING, Member, find_nginx
from cluster.perch_process import PerchProcess
from cluster.profiles import PROFILES, missing
from cluster.running import Cluster
from cluster.scrapes import Samples, samples
from tests.engines.missing import go_without
from tests.engines.until import until
from tests.faults.vital_signs import VitalSigns, vital_signs

ALONE = "alone"
"""One `serve` in memory; all others are profiles of `cluster.profiles`."""

SETTINGS = {"TIMELINE_IDLE_SECONDS": "1", "TIMELINE_CAPACITY": "50", "LOG_LEVEL": "ERROR"}
PUSHED_SECONDS = 120.0
ANSWER_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Process:
    """A process of Perch, and the port at which it tells its metrics."""

    pid: int
    port: int

    def metrics(self) -> Samples:
        with closing(HTTPConnection(LOCALHOST, self.port, timeout=ANSWER_SECONDS)) as connection:
            return samples(exchange(connection, "GET", "/metrics")[1].decode())


@dataclass(frozen=True, slots=True)
class Soaked:
    """Where clients send their requests, and all processes of Perch by name."""

    url: str
    processes: Mapping[str, Process]

    def signs(self) -> dict[str, VitalSigns]:
        """The vital signs of each process."""
        return {name: vital_signs(process.pid) for name, process in self.processes.items()}

    def metric(self, name: str) -> float:
        """The sum of what the processes tell."""
        return sum(process.metrics().get(name, 0.0) for process in self.processes.values())

    def await_pushed(self) -> None:
        """Waits until the outbox is empty."""
        until(lambda: not self.metric("perch_outbox_waiting"), PUSHED_SECONDS)


@contextmanager
def soaked(profile: str, folder: Path) -> Iterator[Soaked]:
    """Runs it; where an engine is missing the test is skipped, with `REQUIRE_ENGINES=1` it fails."""
    if profile == ALONE:
        with PerchProcess(folder / "perch.log", **SETTINGS) as perch:
            yield Soaked(perch.url, {"serve": Process(perch.process.pid, perch.port)})
        return
    assert profile in PROFILES, f"PROFILE must be one of {', '.join(PROFILES)}, not {profile!r}"
    nginx, port = find_nginx(), ReservedPort()
    for reason in [*missing(PROFILES[profile]), *([] if nginx else [NGINX_MISSING])]:
        go_without(reason)
    assert nginx
    with Cluster(PROFILES[profile], SETTINGS) as cluster:
        cluster.start(nginx, port)
        yield Soaked(f"http://{LOCALHOST}:{port.number}", _processes([*cluster.serves, *cluster.works]))


def _processes(members: list[Member]) -> dict[str, Process]:
    return {member.name: Process(member.pid, member.port) for member in members}
