"""Fixtures: processes of Perch, an edge list, and real data."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from cluster.perch_process import REPOSITORY, PerchProcess

StartPerch = Callable[..., PerchProcess]
RealData = Callable[[str], Path]


@pytest.fixture
def start_perch(tmp_path: Path) -> Iterator[StartPerch]:
    """Starts Perch with command line arguments and settings; it is stopped when the test is over."""
    log = tmp_path / "perch.log"
    with ExitStack() as stack:
        yield lambda *arguments, **settings: stack.enter_context(PerchProcess(log, *arguments, **settings))


@pytest.fixture
def edges(tmp_path: Path) -> Path:
    """An edge list of five nodes."""
    path = tmp_path / "graph.edges"
    path.write_text("1 2\n1 3\n2 3\n4 3\n4 2\n5 2\n5 3\n5 1\n")
    return path


@pytest.fixture
def real_data() -> RealData:
    """Finds a file of real input; where it is missing the test is skipped, with `REQUIRE_REAL_DATA=1` it fails."""

    def find(name: str) -> Path:
        path = REPOSITORY.parent / "shared" / "data" / name
        if path.exists():
            return path
        reason = f"../shared/data/{name} is missing"
        if os.environ.get("REQUIRE_REAL_DATA") == "1":
            pytest.fail(reason)
        pytest.skip(reason)

    return find
