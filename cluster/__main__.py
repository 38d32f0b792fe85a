"""`python -m cluster`: runs a cluster until Ctrl-C. Its options are environment variables.

`PROFILE` names the engines, `PORT` is where nginx listens, and `KEEP` is a folder in which data and logs stay.
Settings of Perch are passed on to its processes.
"""

import os
import signal
import sys
import tempfile
from pathlib import Path
from types import FrameType

from app.settings import Settings
from cluster.engines import processes
from cluster.engines.ports import ReservedPort
from cluster.engines.processes import EngineFailed
from cluster.member import NGINX_MISSING, find_nginx
from cluster.profiles import PROFILES, engines, largest, missing
from cluster.running import SERVES, WORKS, Cluster

PORT = 8080
ENDED_STATUS = 1
CANNOT_START_STATUS = 2


class CannotStart(Exception):
    """What must change before the cluster can start."""


def main() -> int:
    """Returns 0 after Ctrl-C or SIGTERM, 1 when a process did not start or ended, 2 when something is missing."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        return _run(os.environ.get("PROFILE") or largest())
    except KeyboardInterrupt:
        print("The cluster has ended.", flush=True)
        return 0
    except CannotStart as error:
        print(error, file=sys.stderr)
        return CANNOT_START_STATUS
    except EngineFailed as error:
        print(f"The cluster has ended: {error}", file=sys.stderr)
        return ENDED_STATUS


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    # All that follows has its time limit, and a second signal would leave some of it undone.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _run(name: str) -> int:
    if name not in PROFILES:
        raise CannotStart(f"PROFILE must be one of {', '.join(PROFILES)}, not {name!r}.")
    nginx = find_nginx()
    lacking = [*missing(PROFILES[name]), *([] if nginx else [NGINX_MISSING])]
    if nginx is None or lacking:
        raise CannotStart("\n".join(lacking))
    port = _port(os.environ.get("PORT"))
    _keep(os.environ.get("KEEP"))
    names = ", ".join(engine.name for engine in engines(PROFILES[name]))
    print(f"Starting {names}, {SERVES} serve, {WORKS} work and nginx", flush=True)
    with Cluster(PROFILES[name], _settings(name)) as cluster:
        cluster.start(nginx, port)
        print(f"The cluster ({name}) is ready: http://127.0.0.1:{port.number} (Ctrl-C ends it)", flush=True)
        raise EngineFailed(cluster.wait_for_an_end())


def _port(text: str | None) -> ReservedPort:
    """The port that is asked for; without one, 8080 or, if it is taken, any other."""
    wanted = int(text) if text and text.isascii() and text.isdecimal() else PORT
    if text and str(wanted) != text:
        raise CannotStart(f"PORT must be a number, not {text!r}.")
    port = ReservedPort(wanted)
    if text and port.number != wanted:
        raise CannotStart(f"Port {wanted} is taken. PORT=… names another one.")
    return port


def _keep(folder: str | None) -> None:
    """Puts what the processes write into the folder, and leaves it there."""
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        tempfile.tempdir = str(Path(folder).resolve())
        os.environ[processes.KEEP] = "1"


def _settings(name: str) -> dict[str, str]:
    """The settings of Perch that this process was given, but for those that the cluster chooses."""
    chosen = {"HOST", "PORT", *PROFILES[name]}
    return {each: os.environ[each] for each in Settings.names() if each in os.environ and each not in chosen}


if __name__ == "__main__":
    sys.exit(main())
