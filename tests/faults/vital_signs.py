"""The resource usage of a process, measured from outside."""

import os
from dataclasses import dataclass
from pathlib import Path

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class VitalSigns:
    """The numbers of threads and open files, and the resident memory in MiB."""

    threads: int
    files: int
    memory_mib: float


def vital_signs(pid: int) -> VitalSigns:
    process = Path(f"/proc/{pid}")
    pages = int((process / "statm").read_text().split()[1])
    return VitalSigns(
        threads=len(list((process / "task").iterdir())),
        files=len(list((process / "fd").iterdir())),
        memory_mib=pages * PAGE_BYTES / 2**20,
    )
