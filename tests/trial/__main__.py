"""`make trial`: trials of a profile, one after the other, for as long as one likes; each prints its seed."""

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from tests.trial.figures import Harms
from tests.trial.minimise import described, minimised, refused_after
from tests.trial.process import RULES
from tests.trial.profiles import PROFILES, left_out, missing
from tests.trial.trial import HISTORY, Judged, try_out

ROUND_SECONDS = 180.0
SHOWN = 3


def main() -> int:
    """Returns 1 if a history was wrong, and 2 if the profile cannot start here."""
    asked = _arguments()
    if lacking := missing(PROFILES[asked.profile]):
        print("\n".join(lacking), file=sys.stderr)
        return 2
    for harm, why in left_out().items():
        print(f"{harm} is left out: {why}", file=sys.stderr)
    seed = asked.seed if asked.seed is not None else random.SystemRandom().randrange(1 << 31)
    folder = Path(tempfile.mkdtemp(prefix="perch-trial-"))
    print(f"profile {asked.profile}, first seed {seed}, histories and logs in {folder}", flush=True)
    deadline = time.monotonic() + asked.seconds
    wrong = operations = harms = 0
    by_harm = Harms()
    while True:
        seconds = min(ROUND_SECONDS, deadline - time.monotonic())
        judged = try_out(asked.profile, seed, seconds, _made(folder / str(seed)), asked.broken, asked.harms)
        print(f"seed {seed}: {_line(judged)}", flush=True)
        operations, harms, wrong = operations + len(judged.history), harms + judged.harms, wrong + bool(judged.faults)
        by_harm.add(judged.history)
        _explain(judged, folder / str(seed))
        seed += 1
        if time.monotonic() > deadline or (wrong and asked.broken):
            break
    print("\n".join(["What was done, how often, and the longest time in which nobody was answered:", *by_harm.table()]))
    print(f"{operations:,} operations, {harms} harms, {wrong} wrong histories")
    return 1 if wrong else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.trial", description="Judges what clients saw under faults.")
    parser.add_argument("--profile", choices=PROFILES, default="postgres")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long clients write and read, in all")
    parser.add_argument("--seed", type=int, help="of the first trial; each further one has the next number")
    parser.add_argument("--broken", choices=RULES, default="", help="the rule that the processes break")
    parser.add_argument("--harms", nargs="+", default=[], help="these alone, by their names; all without it")
    return parser.parse_args()


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _line(judged: Judged) -> str:
    figures = judged.figures
    return ", ".join(
        f"{name.replace('_', ' ')} {value:,.1f}" if isinstance(value, float) else f"{name} {value:,}"
        for name, value in figures.items()
    )


def _explain(judged: Judged, folder: Path) -> None:
    """Prints what is wrong, each with the smallest history that shows it."""
    for fault in judged.faults[:SHOWN]:
        print(described(minimised(judged.history, fault), fault, judged.history), flush=True)
    if judged.faults:
        print(f"It was wrong after {refused_after(judged.history):,} operations.")
        print(f"The whole history, with {len(judged.faults)} faults: {folder / HISTORY}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
