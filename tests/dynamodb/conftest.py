"""Fixtures: processes of Perch on a database of their own, and a part of real data."""

from pathlib import Path

import pytest

from tests.e2e.conftest import RealData, real_data
from tests.engines.conftest import start_fleet
from tests.engines.test_fleet_load import first_lines, part_of_graph

__all__ = ["real_data", "start_fleet"]


@pytest.fixture
def files(tmp_path: Path, real_data: RealData) -> list[object]:
    """The options of a load: the friendships among some people of a real graph, and some real tweets."""
    graph = part_of_graph(real_data("socfb-Reed98.edges"), tmp_path / "part.edges")
    tweets = first_lines(real_data("tweets.txt"), tmp_path / "part.txt")
    return ["--graph", graph, "--undirected", "--tweets", tweets]
