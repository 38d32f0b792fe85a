"""The CPU that the parts of a cluster have used."""

import os
import re
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from cluster.engines import guard

MICROSECONDS = 1_000_000 / os.sysconf("SC_CLK_TCK")
FOLDER = re.compile(r"/perch-([a-z]+)-[^/]*")
"""Each process of a cluster runs in the folder of its part, or in one below, like PostgreSQL."""


def part_of(folder: str) -> str:
    """The part whose process runs in this folder, which may be below others of such a name; "" if there is none."""
    return next(reversed(FOLDER.findall(folder)), "")


def used() -> Counter[str]:
    """Microseconds by part, of the processes that this process has started, with those that these have waited for."""
    total: Counter[str] = Counter()
    for process in guard.descendants(os.getpid()):
        with suppress(OSError):
            part = part_of(str(Path(f"/proc/{process}/cwd").readlink()))
            # The name stands in parentheses, and can contain blanks.
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            if part:
                total[part] += round(sum(map(int, fields[11:15])) * MICROSECONDS)
    return total


def used_by(act: Callable[[], object]) -> Counter[str]:
    """Microseconds by part while the act runs."""
    before = used()
    act()
    after = used()
    return Counter({part: after[part] - before[part] for part in after})
