"""What happens to processes, engines and connections while clients write and read."""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from threading import Event

from cluster.perch_process import PerchProcess, WorkProcess
from tests.engines.until import until
from tests.trial.aftermath import Aftermath
from tests.trial.engines import Engine, Entry
from tests.trial.history import NEMESIS, Operation, Recorder
from tests.trial.members import Kind, Members
from tests.trial.plan import Step
from tests.trial.profiles import Profile, engine_harms, long_harms

LEASE_SECONDS = 5.0
"""The lease of an outbox row."""

TAKEN_OVER_SECONDS = 90.0
"""The housekeeping's lease lasts for 30 s, and is asked for every 10 s."""

MemberHarm = Callable[[Members, Aftermath, random.Random], None]


def kill_a_serve(members: Members, _: Aftermath, rng: random.Random) -> None:
    members.kill(rng.choice(members.numbers(PerchProcess)))


def kill_a_work(members: Members, _: Aftermath, rng: random.Random) -> None:
    members.kill(rng.choice(members.numbers(WorkProcess)))


def pause_a_serve(members: Members, _: Aftermath, rng: random.Random) -> None:
    _pause(members, PerchProcess, rng)


def pause_a_work(members: Members, _: Aftermath, rng: random.Random) -> None:
    _pause(members, WorkProcess, rng)


def _pause(members: Members, kind: Kind, rng: random.Random) -> None:
    """For longer than the lease of an outbox row, or shorter."""
    number = rng.choice(members.numbers(kind))
    members.pause(number)
    time.sleep(rng.choice((0.5, 2.0, LEASE_SECONDS + 1.5)))
    members.resume(number)


def restart_a_serve(members: Members, _: Aftermath, rng: random.Random) -> None:
    members.restart(rng.choice(members.numbers(PerchProcess)))


def restart_a_work(members: Members, _: Aftermath, rng: random.Random) -> None:
    members.restart(rng.choice(members.numbers(WorkProcess)))


def pause_the_housekeeper(members: Members, aftermath: Aftermath, _: random.Random) -> None:
    """For longer than its lease, so that the other one takes over."""
    ids = [member.process.pid for member in members.processes]
    # The one that did may have been killed before.
    until(lambda: aftermath.housekeeper() in ids, TAKEN_OVER_SECONDS)
    before = aftermath.housekeeper()
    number = ids.index(before)
    members.pause(number)
    try:
        until(lambda: aftermath.housekeeper() != before, TAKEN_OVER_SECONDS)
    finally:
        members.resume(number)


MEMBER_HARMS: dict[str, MemberHarm] = {
    "kill-a-serve": kill_a_serve,
    "kill-a-work": kill_a_work,
    "pause-a-serve": pause_a_serve,
    "pause-a-work": pause_a_work,
    "restart-a-serve": restart_a_serve,
    "restart-a-work": restart_a_work,
}
LONG_HARMS: dict[str, MemberHarm] = {"pause-the-housekeeper": pause_the_housekeeper}
"""These take a minute."""


def harm_names(profile: Profile, *, is_long: bool) -> Sequence[str]:
    """Everything that can happen on this profile; two in five are to the processes."""
    left_out = () if is_long else long_harms(profile)
    names = [*MEMBER_HARMS, *(name for name in engine_harms(profile) if name not in left_out)]
    return [*names, *MEMBER_HARMS, *(LONG_HARMS if is_long else ())]


class Nemesis:
    """Does what the plan says, one harm after the other, and records it."""

    def __init__(
        self,
        profile: Profile,
        engines: Mapping[Entry, Engine],
        members: Members,
        aftermath: Aftermath,
        recorder: Recorder,
    ) -> None:
        self.done = 0
        self._engine_harms = engine_harms(profile)
        self._engines = engines
        self._members = members
        self._aftermath = aftermath
        self._recorder = recorder

    def run(self, steps: Sequence[Step], seconds: float, ended: Event) -> None:
        """Goes through the steps until the time is over, or something has ended the trial."""
        deadline = time.monotonic() + seconds
        for step in steps:
            if ended.wait(step.pause_seconds) or time.monotonic() > deadline:
                return
            began_at = time.monotonic()
            self._do(step.harm, random.Random(step.seed))
            self._recorder.note(Operation(NEMESIS, step.harm, {}, began_at, time.monotonic()))
            self.done += 1

    def _do(self, name: str, rng: random.Random) -> None:
        member_harm = MEMBER_HARMS.get(name) or LONG_HARMS.get(name)
        if member_harm is not None:
            member_harm(self._members, self._aftermath, rng)
            return
        entry, harm = self._engine_harms[name]
        engine = self._engines[entry]
        try:
            harm(engine, rng)
        finally:
            engine.forward()
