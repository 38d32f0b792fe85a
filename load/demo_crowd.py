"""The crowd of the demo: a real graph, with invented names and texts.

The graph is Zachary's karate club: 34 people and the 78 friendships among them (W. W. Zachary, "An information flow
model for conflict and fission in small groups", Journal of Anthropological Research 33, 1977). A friendship is two
follows.
"""

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from load.graph import Edge, Graph
from load.texts import read_texts

TEXTS = Path(__file__).with_name("demo_texts.txt")

NAMES = (
    *("noor", "mateo", "ines_k", "tomasz", "olga.p", "kwame", "yuki", "sanne", "rafael", "bea", "pilar", "jonas"),
    *("amira", "lev", "dilek", "oskar", "fatou", "hugo.b", "wren", "ivo", "tamsin", "paolo", "nadia", "emeka"),
    *("lucia", "stellan", "maren", "arjun", "zofia", "elio", "greta", "samir", "ruth", "caspar"),
)
"""The people by their numbers in the paper, less one."""

FRIENDS = (
    *("2 3 4 5 6 7 8 9 11 12 13 14 18 20 22 32", "3 4 8 14 18 20 22 31", "4 8 9 10 14 28 29 33", "8 13 14"),
    *("7 11", "7 11 17", "17", "", "31 33 34", "34", "", "", "", "34", "33 34", "33 34", "", "", "33 34", "34"),
    *("33 34", "", "33 34", "26 28 30 33 34", "26 28 32", "32", "30 34", "34", "32 34", "33 34", "33 34", "33 34"),
    *("34", ""),
)
"""For each person the friends with higher numbers."""


def friendships() -> Iterator[Edge]:
    """Each friendship once."""
    for name, friends in zip(NAMES, FRIENDS, strict=True):
        yield from ((name, NAMES[int(number) - 1]) for number in friends.split())


def crowd() -> Graph:
    """Everybody, and the follows in both directions."""
    return Graph(list(NAMES), [follow for one, other in friendships() for follow in ((one, other), (other, one))])


class Talk:
    """Who says what. Those with more friends talk more; no text comes again before all have come."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._friends: defaultdict[str, list[str]] = defaultdict(list)
        for follower, followee in crowd().follows:
            self._friends[follower].append(followee)
        self._weights = [len(self._friends[name]) ** 0.5 for name in NAMES]
        self._texts: Sequence[str] = [text.replace(r"\n", "\n") for text in read_texts(TEXTS)]
        self._left: list[str] = []

    def somebody(self) -> str:
        [name] = self._rng.choices(NAMES, self._weights)
        return name

    def tweet(self) -> tuple[str, str]:
        """Returns an author and a text, which may mention one of the author's friends."""
        author = self.somebody()
        if not self._left:
            self._left = self._rng.sample(self._texts, len(self._texts))
        friend = self._rng.choice(self._friends[author])
        return author, self._left.pop().replace("@friend", f"@{friend}")
