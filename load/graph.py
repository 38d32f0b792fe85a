"""The follow graph: read from an edge list, or made."""

import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from domain.user import is_user_id
from load.errors import LoadError
from load.lines import numbered_lines

MADE_USERS = 300
MADE_FOLLOWS_EACH = 6

_SEPARATOR = re.compile(r"[\s,]+")

Edge = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Graph:
    """Users, and their follows as pairs of follower and followee, each once."""

    users: list[str]
    follows: list[Edge]


def read_graph(path: Path, prefix: str, *, undirected: bool) -> Graph:
    """The graph of an edge list, one `a b` or `a,b` a line; `undirected` makes each edge two follows.

    User ids are `prefix` and the node's name. Comments (`#`), repeated edges and self-loops are skipped, and so is a
    header: a first line without numbers above one of numbers. Raises `LoadError` when the file cannot be read, has
    another line than that, or no edge.
    """
    edges = [(prefix + a, prefix + b) for a, b in _without_header(_read_edges(path, prefix))]
    if undirected:
        edges = [follow for a, b in edges for follow in ((a, b), (b, a))]
    graph = _graph(edges)
    if not graph.follows:
        raise LoadError(f"{path} holds no edge between two nodes.")
    return graph


def make_graph(prefix: str, rng: random.Random) -> Graph:
    """A power-law graph: everybody follows a few of those before, and whom many follow, more will (Barabási, Albert:
    Emergence of scaling in random networks, 1999)."""
    edges: list[Edge] = []
    ends = [f"{prefix}0"]
    for node in range(1, MADE_USERS):
        user = f"{prefix}{node}"
        # In the order drawn: that of a set of strings is another in each process.
        followees = dict.fromkeys(rng.choices(ends, k=MADE_FOLLOWS_EACH))
        edges += [(user, followee) for followee in followees]
        ends += [user, *followees]
    return _graph(edges)


def _read_edges(path: Path, prefix: str) -> Iterator[Edge]:
    for number, line in numbered_lines(path):
        if line.startswith("#"):
            continue
        names = _SEPARATOR.split(line)
        if len(names) != 2:  # noqa: PLR2004 - an edge has two ends
            raise LoadError(f"{path}, line {number}: an edge is two names, like '1 2' or '1,2', not {line!r}.")
        for name in names:
            if not is_user_id(prefix + name):
                raise LoadError(f"{path}, line {number}: {prefix + name!r} cannot be a user id.")
        yield names[0], names[1]


def _without_header(edges: Iterator[Edge]) -> Iterator[Edge]:
    first, second = next(edges, None), next(edges, None)
    if first and not (second and _are_numbers(second) and not _are_numbers(first)):
        yield first
    if second:
        yield second
    yield from edges


def _are_numbers(edge: Edge) -> bool:
    return edge[0].isdigit() and edge[1].isdigit()


def _graph(edges: Iterable[Edge]) -> Graph:
    follows = dict.fromkeys(edge for edge in edges if edge[0] != edge[1])
    users = dict.fromkeys(user for follow in follows for user in follow)
    return Graph(list(users), list(follows))
