"""The injected faults and their figures, shown in a table after the tests."""

from collections.abc import Sequence

Line = tuple[str, str]

_lines: list[Line] = []


def record(done: str, **figures: object) -> None:
    """Records a fault and its figures; underscores in their names are shown as spaces."""
    shown = ", ".join(f"{name.replace('_', ' ')} {_figure(value)}" for name, value in figures.items())
    _lines.append((done, shown))


def take_lines() -> list[Line]:
    """Returns and clears the lines recorded so far."""
    lines = _lines.copy()
    _lines.clear()
    return lines


def table(recorded: Sequence[Line]) -> list[str]:
    """Returns the lines of the table, one per recorded fault."""
    width = max(len(done) for done, _ in recorded)
    return [f"{done:<{width}}  {shown}" for done, shown in recorded]


def _figure(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.3f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
