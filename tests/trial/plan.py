"""What a trial does, which its seed determines: who writes and reads in which process, and which harm is done when."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

USERS = ("ann", "ben", "cat", "dan", "eve", "fay")
"""They write; each is two clients, in two processes, that publish the same tweets under the same keys."""

POLLERS = ("pat", "pam")
STREAMERS = ("sue", "sam")
WALKERS = 4
PROCESSES = 3
CLOCKS = (0, 0, -45, 30)
"""The seconds by which the clocks of processes are wrong."""


@dataclass(frozen=True, slots=True)
class Role:
    """One client: its kind, the user as whom it writes, polls or streams, and the seed of its choices."""

    kind: str
    name: str
    user: str
    seed: int


@dataclass(frozen=True, slots=True)
class Step:
    """One harm, by its name in `nemesis.HARMS`, after a pause; its other choices are made by its seed."""

    harm: str
    pause_seconds: float
    seed: int


@dataclass(frozen=True, slots=True)
class Plan:
    seed: int
    processes: Sequence[Sequence[Role]]
    steps: Sequence[Step]
    clocks: Sequence[int]
    behind_nginx: bool


def planned(seed: int, harms: Sequence[str], steps: int = 500) -> Plan:
    """The plan of this seed with these kinds of harm, each about as often as the others."""
    rng = random.Random(seed)
    roles = [
        *(Role("writer", f"{user}-{twin}", user, rng.randrange(1 << 32)) for twin in "12" for user in USERS),
        *(Role("poller", f"poll-{user}", user, rng.randrange(1 << 32)) for user in POLLERS),
        *(Role("streamer", f"stream-{user}", user, rng.randrange(1 << 32)) for user in STREAMERS),
        *(Role("walker", f"walk-{number}", "", rng.randrange(1 << 32)) for number in range(WALKERS)),
    ]
    chosen: list[str] = []
    while harms and len(chosen) < steps:
        chosen += rng.sample(harms, len(harms))
    return Plan(
        seed,
        [roles[number::PROCESSES] for number in range(PROCESSES)],
        [Step(harm, rng.uniform(0.2, 1.5), rng.randrange(1 << 32)) for harm in chosen],
        [rng.choice(CLOCKS) for _ in range(8)],
        behind_nginx=rng.random() < 0.5,
    )
