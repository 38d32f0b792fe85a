"""The quick form of `make bench-cluster` measures every figure on a real cluster."""

import sys

import pytest

from benchmarks.cluster.sites import why_not
from benchmarks.table import WIDTHS
from cluster.perch_process import REPOSITORY, RUN_SECONDS, run
from tests.engines.missing import go_without

pytestmark = pytest.mark.engines

COMMAND = [sys.executable, "-m", "benchmarks.cluster", "--quick", "--only", "postgres"]
BEFORE_FIGURE = sum(width + 2 for width in WIDTHS[:3])
COSTS = {f"{act}: CPU of {part}" for act in ("read", "publish") for part in ("nginx", "serve", "work", "postgres")}
ON_BOTH = {
    "follows over 8 connections",
    *(f"mix: {what}" for what in ("rate", "reads", "publishes", "follows", "home, p99 at half the rate")),
}
ON_REED98 = {
    *ON_BOTH,
    *(f"home page: {what}" for what in ("rate", "p50 at half the rate", "p99 at half the rate")),
    "deliveries",
    *(f"tweet in a stream of the other serve: {share}" for share in ("p50", "p99")),
}
ON_GIT = {
    *ON_BOTH,
    "first reads over 8 connections",
    "tweet of the hub, until the last timeline has it",
    "home page while the hub publishes: p99 at a quarter of the rate",
}


def shown(said: str) -> dict[str, float]:
    """The figures by their names."""
    lines = [line for line in said.splitlines() if len(line) > BEFORE_FIGURE]
    return {line[: WIDTHS[0]].strip(): float(line[BEFORE_FIGURE:].split()[0].replace(",", "")) for line in lines[1:]}


def test_every_figure_of_a_cluster_is_measured_and_no_page_is_written() -> None:
    if reason := why_not("postgres"):
        go_without(reason)
    pages = [REPOSITORY / "docs" / name for name in ("benchmarks-cluster.md", "benchmarks/cluster.json")]
    before = [path.read_bytes() for path in pages]
    done = run(COMMAND, RUN_SECONDS, {})
    assert done.returncode == 0, done.stdout + done.stderr
    on_reed98, on_git = map(shown, done.stdout.split("postgres on git"))
    assert on_reed98.keys() >= COSTS | ON_REED98
    assert sum(on_reed98[name] for name in COSTS) > 0
    assert all(on_reed98[name] > 0 for name in ON_REED98)
    assert on_git.keys() >= ON_GIT
    assert all(on_git[name] > 0 for name in ON_GIT)
    assert [path.read_bytes() for path in pages] == before
