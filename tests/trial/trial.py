"""One trial: a plan is carried out, and its history is judged."""

import multiprocessing
import random
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

from tests.trial.callers import Caller
from tests.trial.checker import faults_of
from tests.trial.clients import run_clients
from tests.trial.fault import Fault
from tests.trial.figures import Figures, figures_of
from tests.trial.finale import Finale
from tests.trial.history import QUIET, Operation, Recorder, load, save
from tests.trial.nemesis import Nemesis, harm_names
from tests.trial.plan import POLLERS, STREAMERS, USERS, Plan, planned
from tests.trial.profiles import PROFILES, Profile
from tests.trial.site import Site, site
from tests.trial.writer import Writer

LONG_SECONDS = 120.0
END_SECONDS = 60.0
HISTORY = "history.jsonl"


@dataclass(frozen=True)
class Judged:
    """What came of a trial."""

    history: Sequence[Operation]
    faults: Sequence[Fault]
    figures: Figures
    harms: int
    took_seconds: float

    @property
    def line(self) -> dict[str, object]:
        return {
            "operations": self.figures.operations,
            "unknown": self.figures.unknown,
            "harms": self.harms,
            "longest_silence_seconds": self.figures.longest_silence,
            "wrong": len(self.faults),
            "took_seconds": self.took_seconds,
        }


def try_out(
    profile_name: str, seed: int, seconds: float, folder: Path, broken: str = "", harms: Sequence[str] = ()
) -> Judged:
    """Carries the plan of this seed out for so many seconds; the history and all logs are in the folder.

    Without `harms`, all that there are on the profile are done.
    """
    started = time.monotonic()
    profile = PROFILES[profile_name]
    plan = planned(seed, harms or harm_names(profile, is_long=seconds >= LONG_SECONDS))
    recorder = Recorder(folder / "all.jsonl")
    with site(profile, plan, folder, broken) as everything:
        finale = Finale(everything.urls, recorder, random.Random(seed))
        _follow_everybody(everything.urls, recorder, seed)
        done = _endure(profile, plan, everything, recorder, folder, seconds)
        began_at = time.monotonic()
        everything.quiet()
        recorder.note(Operation("finale", QUIET, {}, began_at, time.monotonic()))
        everything.members.start_all()
        everything.members.await_ready()
        finale.look_at_the_outbox(everything.aftermath, everything.inside_urls)
        finale.read_all()
        finale.catch_up(_history(folder))
        if not broken:
            assert "Traceback" not in everything.members.logs(), f"a bug is in the logs in {folder}"
    recorder.close()
    history = _history(folder)
    save(history, folder / HISTORY)
    faults = faults_of(history)
    figures = figures_of(profile_name, seed, seconds, history, faults)
    return Judged(history, faults, figures, done, time.monotonic() - started)


def _history(folder: Path) -> list[Operation]:
    return load(path for path in folder.glob("*.jsonl") if path.name != HISTORY)


def _follow_everybody(urls: Sequence[str], recorder: Recorder, seed: int) -> None:
    """Those who poll and stream follow all who write, before anybody does."""
    for user in (*POLLERS, *STREAMERS):
        caller = Caller(f"setup-{user}", urls, recorder, random.Random(seed))
        for author in USERS:
            Writer(caller, user, USERS).follow(author)


def _endure(profile: Profile, plan: Plan, everything: Site, recorder: Recorder, folder: Path, seconds: float) -> int:
    """Clients are busy while harm is done; returns how often it was."""
    context = multiprocessing.get_context("spawn")
    stopping = context.Event()
    processes = [
        context.Process(target=run_clients, args=(roles, everything.urls, folder / f"clients-{number}.jsonl", stopping))
        for number, roles in enumerate(plan.processes)
    ]
    for process in processes:
        process.start()
    nemesis = Nemesis(profile, everything.engines, everything.members, everything.aftermath, recorder)
    ended = Event()
    watching = Thread(target=_tell_of_the_end, args=(stopping, ended), daemon=True)
    watching.start()
    try:
        nemesis.run(plan.steps, seconds, ended)
    finally:
        stopping.set()
        for process in processes:
            process.join(END_SECONDS)
        _end(processes)
    assert [process.exitcode for process in processes] == [0] * len(processes), "a client ended with an error"
    return nemesis.done


def _tell_of_the_end(stopping: "multiprocessing.synchronize.Event", ended: Event) -> None:
    stopping.wait()
    ended.set()


def _end(processes: Sequence[multiprocessing.context.SpawnProcess]) -> None:
    for process in processes:
        if process.is_alive():
            with suppress(OSError):
                process.kill()
            process.join()
