"""What a process holds, from outside."""

import os
from dataclasses import dataclass
from pathlib import Path

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class VitalSigns:
    """Threads, open files, and MiB of memory that is not swapped out."""

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
