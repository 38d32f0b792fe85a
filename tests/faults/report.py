"""What was done to Perch, and the figures; shown in a table when the tests are through."""

from collections.abc import Sequence

Line = tuple[str, str]

_lines: list[Line] = []


def tell(done: str, **figures: object) -> None:
    """Says what was done, and what came of it: names in snake_case, shown with spaces."""
    shown = ", ".join(f"{name.replace('_', ' ')} {_figure(value)}" for name, value in figures.items())
    _lines.append((done, shown))


def taken() -> list[Line]:
    """What was told since this was called last."""
    lines = _lines.copy()
    _lines.clear()
    return lines


def table(told: Sequence[Line]) -> list[str]:
    """The table, a line for each that was told."""
    width = max(len(done) for done, _ in told)
    return [f"{done:<{width}}  {shown}" for done, shown in told]


def _figure(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.3f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
