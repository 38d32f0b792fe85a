"""A world, those who act in it, and what they can do."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Concatenate, ParamSpec

from tests.fakes.oracle import Watch
from tests.fakes.strand import Strand
from tests.integration.readings import Place
from tests.integration.world import World

P = ParamSpec("P")


@dataclass(slots=True)
class Scene:
    """A world, and what those who act in it remember."""

    world: World
    tweets: list[int] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    since_ids: dict[str, int] = field(default_factory=dict)
    polled: dict[str, list[int]] = field(default_factory=dict)
    polling: set[str] = field(default_factory=set)
    watches: dict[str, Watch] = field(default_factory=dict)
    worker: threading.Lock = field(default_factory=threading.Lock)
    """Held by the one who runs the fan-out: only one thread at a time may."""

    def nth_newest(self, nth: int) -> Sequence[int]:
        """One tweet that was published, none before the first."""
        return [self.tweets[-1 - nth % len(self.tweets)]] if self.tweets else []


@dataclass(frozen=True, slots=True)
class Deed:
    """Something to do, and how it is written."""

    do: Callable[[Scene], None]
    written: str

    def __repr__(self) -> str:
        return self.written


def deed(act: Callable[Concatenate[Scene, P], None]) -> Callable[P, Deed]:
    """Makes a function that does something to a scene into one that returns the deed."""

    def make(*args: P.args, **kwargs: P.kwargs) -> Deed:
        given = [*map(repr, args), *(f"{name}={value!r}" for name, value in kwargs.items())]
        return Deed(lambda scene: act(scene, *args, **kwargs), f"{act.__name__}({', '.join(given)})")

    return make


def advance(scene: Scene, strand: Strand[None], looks: int, reader: str) -> None:
    """Does so many looks, or all that are left; the reader's timeline is exact after each."""
    for _ in range(looks):
        if strand.at is None:
            return
        strand.advance()
        assert scene.world.peek(reader, limit=100) == scene.world.oracle.home(reader)


def do_all(deeds: Sequence[Deed], scene: Scene) -> None:
    for each in deeds:
        each.do(scene)
