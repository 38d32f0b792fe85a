"""What is measured: one `serve` on memory or on a file, and the clusters of all profiles."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass

from benchmarks.pushes import Pushes
from benchmarks.service import Service
from cluster.engines.ports import ReservedPort
from cluster.member import NGINX_MISSING, Member, find_nginx, perch
from cluster.profiles import PROFILES, missing
from cluster.running import Cluster

ALONE = {"memory": "memory:", "sqlite": "sqlite:///perch.db"}
"""The databases of one `serve`."""

SITES = (*ALONE, *PROFILES)
"""The names of all that can be measured, from the smallest to the largest."""

SETTINGS = {"LOG_LEVEL": "WARNING"}


@dataclass(frozen=True, slots=True)
class Site:
    """Processes of Perch that answer requests together."""

    entry: Service
    """Takes the requests: nginx, or the one `serve`."""
    one: Service
    other: Service
    """Two `serve`, or the one twice."""
    pushes: Pushes


def why_not(name: str) -> str | None:
    """What must be installed before the site can be measured; None if nothing is missing."""
    lacking = [] if name in ALONE else [*missing(PROFILES[name]), *([] if find_nginx() else [NGINX_MISSING])]
    return " ".join(lacking) or None


@contextmanager
def running(name: str) -> Iterator[Site]:
    """Runs the site; raises `EngineFailed` if it does not start, `RuntimeError` if nginx is not installed."""
    with _alone(ALONE[name]) if name in ALONE else _cluster(name) as site:
        yield site


@contextmanager
def _alone(database: str) -> Iterator[Site]:
    settings: Mapping[str, str] = {**SETTINGS, "DATABASE_URL": database}
    with closing(perch("serve", "serve", settings)) as member:
        member.wait_until_ready()
        serve = _service(member)
        yield Site(serve, serve, serve, Pushes([member.port]))


@contextmanager
def _cluster(name: str) -> Iterator[Site]:
    nginx, port = find_nginx(), ReservedPort()
    if nginx is None:
        raise RuntimeError(NGINX_MISSING)
    with Cluster(PROFILES[name], SETTINGS) as cluster:
        cluster.start(nginx, port)
        one, other = map(_service, cluster.serves)
        yield Site(Service(port.number, 0), one, other, Pushes([work.port for work in cluster.works]))


def _service(member: Member) -> Service:
    return Service(member.port, member.pid)
