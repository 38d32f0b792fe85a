"""What was measured: the costs of an act at each profile, and the bytes of a row."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.cluster.costs import Costs
from benchmarks.cluster.page import FIGURES, costs_by_site
from benchmarks.documents import DOCS
from benchmarks.results import load as load_results
from cluster.profiles import PROFILES

ROWS = DOCS / "capacity" / "rows.json"


@dataclass(frozen=True, slots=True)
class Measured:
    """The bytes of a row of each kind, and the costs by profile."""

    row_bytes: Mapping[str, float]
    profiles: Mapping[str, Costs]


def save(row_bytes: Mapping[str, float]) -> None:
    """Writes the bytes of rows; `make bench-cluster` writes the costs."""
    ROWS.write_text(json.dumps(row_bytes, indent=2) + "\n")


def load() -> Measured:
    """Reads all that was measured."""
    costs = costs_by_site(load_results(FIGURES))
    return Measured(json.loads(ROWS.read_text()), {site: each for site, each in costs.items() if site in PROFILES})
