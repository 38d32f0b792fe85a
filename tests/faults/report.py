"""What was done to Perch, and the figures; shown in a table when the tests are through."""

_lines: list[tuple[str, str]] = []


def tell(done: str, **figures: object) -> None:
    """Says what was done, and what came of it: names in snake_case, shown with spaces."""
    shown = ", ".join(f"{name.replace('_', ' ')} {_figure(value)}" for name, value in figures.items())
    _lines.append((done, shown))


def lines() -> list[str]:
    """The table so far, a line for each that was told."""
    width = max((len(done) for done, _ in _lines), default=0)
    return [f"{done:<{width}}  {shown}" for done, shown in _lines]


def _figure(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.3f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
