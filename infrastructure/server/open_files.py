"""The process's limit on open files."""

import resource

from infrastructure.log import get_logger

log = get_logger("perch.server")

OTHER_FILES = 100
"""The number of files allowed for other purposes than connections."""

FILES_MIN = OTHER_FILES + 20
"""The fewest files with which the server serves; with fewer it would listen and soon answer nobody."""


class TooFewOpenFiles(Exception):
    """The system allows too few open files. The text is a sentence."""


def allow_open_files(connections: int) -> int:
    """Raises the limit on open files for this many connections; returns the number of connections it allows.

    Raises `TooFewOpenFiles` if the limit cannot be raised to `FILES_MIN`.

    Many systems allow 1,024 files by default, and a server that cannot accept a connection retries in a busy loop.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + OTHER_FILES
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return connections
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if allowed < FILES_MIN:
        raise TooFewOpenFiles(
            f"Perch needs at least {FILES_MIN} open files, and the system's hard limit (ulimit -Hn) is {allowed}."
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    if allowed < wanted:
        log.warning("few_open_files", allowed=allowed, wanted=wanted)
    return allowed - OTHER_FILES
