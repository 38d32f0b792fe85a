"""What one act costs: CPU of each process and engine, in microseconds; and what one row costs, in bytes."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = Path(__file__).parents[2] / "docs" / "capacity" / "costs.json"

Parts = Mapping[str, float]
"""Microseconds by part: `nginx`, `serve`, `work`, and the engines by their names, like `postgres`."""


@dataclass(frozen=True, slots=True)
class Costs:
    """The CPU of one act in each part."""

    read: Parts
    """A first page of 20 of a home timeline that is prepared."""
    publish: Parts
    """A tweet that no timeline takes, from the request to the end of its outbox row."""
    delivery: Parts
    """One push into one timeline, of a tweet that goes into many."""


@dataclass(frozen=True, slots=True)
class Measured:
    """All that was measured, and where."""

    machine: Mapping[str, str]
    row_bytes: Mapping[str, float]
    profiles: Mapping[str, Costs]


def save(measured: Measured, path: Path = FILE) -> None:
    """Writes the file."""
    path.write_text(json.dumps(asdict(measured), indent=2) + "\n")


def load(path: Path = FILE) -> Measured:
    """Reads what `save` wrote."""
    document = json.loads(path.read_text())
    profiles = {name: Costs(**each) for name, each in document["profiles"].items()}
    return Measured(document["machine"], document["row_bytes"], profiles)
