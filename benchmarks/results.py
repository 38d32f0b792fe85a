"""The results of one run or of several, and their file: every figure with its rounds."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import orjson

from benchmarks.figure import Bound, Figure, LeftOut, Row

_OF_A_RUN = ("measured", "commit", "CPU", "load average")


@dataclass(frozen=True, slots=True)
class Results:
    """The machine of the last run, the rows by group, and by group when, where and of which code they were measured."""

    machine: Mapping[str, str]
    rows: Mapping[str, Sequence[Row]]
    origins: Mapping[str, str]

    @classmethod
    def of_run(cls, machine: Mapping[str, str], rows: Mapping[str, Sequence[Row]]) -> Self:
        """Returns the results of one run."""
        origin = f"{machine['measured']}, commit {machine['commit']}, {machine['CPU']}"
        return cls(machine, rows, dict.fromkeys(rows, origin))

    @property
    def figures(self) -> list[Figure]:
        return [row for rows in self.rows.values() for row in rows if isinstance(row, Figure)]

    @property
    def missed(self) -> list[Figure]:
        return [figure for figure in self.figures if not figure.is_met]


def merged(before: Results, now: Results, groups: Iterable[str]) -> Results:
    """Returns the figures of both runs, of these groups in this order; where both have a group, those of `now`."""
    rows = {**before.rows, **now.rows}
    return Results(
        now.machine,
        {group: rows[group] for group in groups if group in rows},
        {**before.origins, **now.origins},
    )


def measured_on(results: Results) -> Iterator[tuple[str, str]]:
    """Yields names and values: what else the last run was measured on, and the origin of each group."""
    yield from ((name, value) for name, value in results.machine.items() if name not in _OF_A_RUN)
    groups = defaultdict(list)
    for group in results.rows:
        groups[results.origins[group]].append(group)
    yield from ((", ".join(of_origin), origin) for origin, of_origin in groups.items())


def save(results: Results, path: Path) -> None:
    path.write_bytes(orjson.dumps(asdict(results), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def load(path: Path) -> Results:
    """Returns the results that `save` wrote."""
    saved = orjson.loads(path.read_bytes())
    rows = {group: [_row(row) for row in rows] for group, rows in saved["rows"].items()}
    return Results(saved["machine"], rows, saved["origins"])


def _row(saved: dict[str, Any]) -> Row:
    if "why" in saved:
        return LeftOut(**saved)
    bound = saved.pop("bound")
    return Figure(**saved, bound=bound and Bound(**bound))
