"""How many files the process may have open."""

import resource

from infrastructure.log import get_logger

log = get_logger("perch.server")

OTHER_FILES = 100
"""Those that are no connections."""


def allow_open_files(connections: int) -> int:
    """Raises the process's limit, so that it may have so many connections; returns how many it may have.

    Many systems allow 1,024 files by default, and a server that cannot accept a connection is busy finding that out.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + OTHER_FILES
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return connections
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    if allowed < wanted:
        log.warning("few_open_files", allowed=allowed, wanted=wanted)
    return allowed - OTHER_FILES
