"""Graphs that the load reads or generates."""

import random
from collections import Counter
from pathlib import Path

import pytest

from load.graph import make_graph, read_graph


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("1 2\n2 3\n", id="spaces"),
        pytest.param("1,2\n2,3", id="commas"),
        pytest.param("1, 2\r\n2\t3\r\n", id="both, with other white space"),
        pytest.param("# from somewhere\nid_1,id_2\n1,2\n\n2,3\n", id="comment, header and blank line"),
        pytest.param("1 2\n2 3\n1 2\n3 3\n", id="repeated edge and self-loop"),
    ],
)
def test_every_format_of_an_edge_list_is_read(tmp_path: Path, content: str) -> None:
    path = tmp_path / "graph.edges"
    path.write_text(content, newline="")

    graph = read_graph(path, "u-", undirected=False)

    assert graph.users == ["u-1", "u-2", "u-3"]
    assert graph.follows == [("u-1", "u-2"), ("u-2", "u-3")]


def test_an_undirected_edge_is_two_follows(tmp_path: Path) -> None:
    path = tmp_path / "graph.edges"
    path.write_text("1 2\n2 1\n2 3\n")

    graph = read_graph(path, "", undirected=True)

    assert graph.follows == [("1", "2"), ("2", "1"), ("2", "3"), ("3", "2")]


def test_a_first_line_of_names_above_names_is_an_edge(tmp_path: Path) -> None:
    path = tmp_path / "graph.edges"
    path.write_text("ann bob\nbob cid\n")

    assert read_graph(path, "", undirected=False).follows == [("ann", "bob"), ("bob", "cid")]


def test_a_made_graph_is_the_same_for_the_same_seed() -> None:
    assert make_graph("u-", random.Random(1)) == make_graph("u-", random.Random(1))
    assert make_graph("u-", random.Random(1)) != make_graph("u-", random.Random(2))


def test_a_made_graph_has_few_users_with_many_followers() -> None:
    graph = make_graph("u-", random.Random(1))

    followers = sorted(Counter(followee for _, followee in graph.follows).values())

    assert followers[-1] > 10 * followers[len(followers) // 2]
    assert len(set(graph.follows)) == len(graph.follows)
    assert all(follower != followee for follower, followee in graph.follows)
