"""Clients write and read through two `serve` while a nemesis does harm: their history can be explained."""

import os
import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.engines.missing import go_without
from tests.faults.report import record
from tests.integration.effort import LONG
from tests.trial.minimise import described, minimised, refused_after
from tests.trial.nemesis import harm_names
from tests.trial.plan import planned
from tests.trial.profiles import PROFILES, missing
from tests.trial.trial import Judged, try_out

SECONDS = 180.0 if LONG else 20.0
TRIALS = 4 if LONG else 1
SOME_OPERATIONS = 100

SHORT = ("postgres", "redis")
"""The profiles whose engines start in seconds."""

CONTROLS: dict[str, tuple[str, list[str]]] = {
    "ignore_keys": ("postgres", ["cut-commits-postgres"]),
    "forget_before_the_push": ("postgres", ["kill-a-work", "pause-a-work"]),
    "look_past_what_commits": ("postgres", ["slow-postgres", "pause-postgres"]),
    "answer_before_the_disk": ("postgres", ["crash-postgres", "kill-postgres"]),
    "trust_any_redis": ("redis", ["old-data-redis"]),
}
"""A profile for each broken rule, and what makes it do damage."""

CONTROL_SECONDS = 30.0
CONTROL_SEEDS = 5


def judged(
    profile: str, seed: int, seconds: float, folder: Path, broken: str = "", harms: Sequence[str] = ()
) -> Judged:
    if lacking := missing(PROFILES[profile]):
        go_without("; ".join(lacking))
    print(f"python -m tests.trial --profile {profile} --seed {seed} --seconds {seconds:g}")
    return try_out(profile, seed, seconds, folder, broken, harms)


@pytest.mark.engines
@pytest.mark.timeout(0 if LONG else 400)
@pytest.mark.parametrize(
    "profile", [pytest.param(each, marks=() if each in SHORT else pytest.mark.long) for each in PROFILES]
)
@pytest.mark.parametrize("trial", range(TRIALS))
def test_every_answer_can_be_explained(profile: str, trial: int, tmp_path: Path) -> None:
    seed = int(os.environ.get("TRIAL_SEED") or random.SystemRandom().randrange(1 << 31))
    found = judged(profile, seed, SECONDS, tmp_path)
    record(f"trial {trial} on {profile}, seed {seed}", **found.line)
    for fault in found.faults:
        pytest.fail(described(minimised(found.history, fault), fault, found.history))
    assert found.harms
    assert len(found.history) > SOME_OPERATIONS


@pytest.mark.engines
@pytest.mark.long
@pytest.mark.timeout(0)
@pytest.mark.parametrize("rule", CONTROLS)
def test_a_broken_rule_is_found(rule: str, tmp_path: Path) -> None:
    profile, harms = CONTROLS[rule]
    operations = 0
    for seed in range(CONTROL_SEEDS):
        folder = tmp_path / str(seed)
        folder.mkdir()
        found = judged(profile, seed, CONTROL_SECONDS, folder, rule, harms)
        if found.faults:
            operations += refused_after(found.history)
            record(f"control: {rule}", seeds=seed + 1, operations=operations, found=str(found.faults[0]))
            return
        operations += len(found.history)
    pytest.fail(f"not found in {operations} operations")


def test_a_seed_repeats_its_plan() -> None:
    names = harm_names(PROFILES["redis"], is_long=True)
    assert planned(1, names) == planned(1, names)
    assert planned(1, names) != planned(2, names)
    assert {step.harm for step in planned(1, names).steps} == set(names)
