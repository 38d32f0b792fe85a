"""The results of one run, and their file: every figure with its rounds."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from benchmarks.figure import Bound, Figure, LeftOut, Row


@dataclass(frozen=True, slots=True)
class Results:
    """The machine and the rows by group."""

    machine: Mapping[str, str]
    rows: Mapping[str, Sequence[Row]]

    @property
    def figures(self) -> list[Figure]:
        return [row for rows in self.rows.values() for row in rows if isinstance(row, Figure)]

    @property
    def missed(self) -> list[Figure]:
        return [figure for figure in self.figures if not figure.is_met]


def merged(before: Results, now: Results) -> Results:
    """Returns the figures of both runs; where both have a group, those of `now`. The machine is that of `now`."""
    kept = [name for name in before.rows if name not in now.rows]
    earlier = {f"machine of {', '.join(kept)}": f"{before.machine['CPU']}, commit {before.machine['commit']}"}
    rows = {**before.rows, **now.rows}
    return Results({**now.machine, **(earlier if kept else {})}, rows)


def save(results: Results, path: Path) -> None:
    path.write_bytes(orjson.dumps(asdict(results), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def load(path: Path) -> Results:
    """Returns the results that `save` wrote."""
    saved = orjson.loads(path.read_bytes())
    return Results(saved["machine"], {group: [_row(row) for row in rows] for group, rows in saved["rows"].items()})


def _row(saved: dict[str, Any]) -> Row:
    if "why" in saved:
        return LeftOut(**saved)
    bound = saved.pop("bound")
    return Figure(**saved, bound=bound and Bound(**bound))
