"""`make trial`: trials of a profile, one after the other, for as long as one likes; each prints its seed."""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.trial.figures import append, merged, table
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
    judgements: list[Judged] = []
    while True:
        seconds = min(ROUND_SECONDS, deadline - time.monotonic())
        judged = try_out(asked.profile, seed, seconds, _made(folder / str(seed)), asked.broken, asked.harms)
        print(f"seed {seed}: {_line(judged)}", flush=True)
        if asked.figures:
            append(judged.figures, asked.figures)
        _explain(judged, folder / str(seed))
        judgements.append(judged)
        seed += 1
        if time.monotonic() > deadline or (judged.faults and asked.broken):
            break
    return _summary(judgements)


def _summary(judgements: Sequence[Judged]) -> int:
    """Prints all together; returns 1 if a history was wrong."""
    print("What was done, how often, and the longest time without a success of each kind from then on:")
    print("\n".join(table(merged([each.figures.harms for each in judgements]))))
    operations, harms = sum(each.figures.operations for each in judgements), sum(each.harms for each in judgements)
    wrong = sum(bool(each.faults) for each in judgements)
    print(f"{operations:,} operations, {harms} harms, {wrong} wrong histories")
    return 1 if wrong else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.trial", description="Judges what clients saw under faults.")
    parser.add_argument("--profile", choices=PROFILES, default="postgres")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long clients write and read, in all")
    parser.add_argument("--seed", type=int, help="of the first trial; each further one has the next number")
    parser.add_argument("--broken", choices=RULES, default="", help="the rule that the processes break")
    parser.add_argument("--harms", nargs="+", default=[], help="these alone, by their names; all without it")
    parser.add_argument("--figures", type=Path, help="a file to which a line of figures is added for each trial")
    return parser.parse_args()


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _line(judged: Judged) -> str:
    return ", ".join(
        f"{name.replace('_', ' ')} {value:,.1f}" if isinstance(value, float) else f"{name} {value:,}"
        for name, value in judged.line.items()
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
