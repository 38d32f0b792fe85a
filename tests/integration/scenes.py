"""A world with the state of its clients, and actions on them."""

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
    """A world, and the state that its clients keep: tweets, cursors and polls."""

    world: World
    tweets: list[int] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    since_ids: dict[str, int] = field(default_factory=dict)
    polled: dict[str, list[int]] = field(default_factory=dict)
    polling: set[str] = field(default_factory=set)
    watches: dict[str, Watch] = field(default_factory=dict)
    worker: threading.Lock = field(default_factory=threading.Lock)
    """Held by the thread that runs the fan-out; only one may at a time."""

    def nth_newest(self, nth: int) -> Sequence[int]:
        """Returns one published tweet, or none if there is none yet."""
        return [self.tweets[-1 - nth % len(self.tweets)]] if self.tweets else []


@dataclass(frozen=True, slots=True)
class Action:
    """A function on a scene, and its source text."""

    do: Callable[[Scene], None]
    written: str

    def __repr__(self) -> str:
        return self.written


def action(act: Callable[Concatenate[Scene, P], None]) -> Callable[P, Action]:
    """Turns a function on a scene into one that returns it as an action."""

    def make(*args: P.args, **kwargs: P.kwargs) -> Action:
        given = [*map(repr, args), *(f"{name}={value!r}" for name, value in kwargs.items())]
        return Action(lambda scene: act(scene, *args, **kwargs), f"{act.__name__}({', '.join(given)})")

    return make


def advance(scene: Scene, strand: Strand[None], calls: int, reader: str) -> None:
    """Does this many store calls, or all that are left; the reader's timeline is exact after each."""
    for _ in range(calls):
        if strand.at is None:
            return
        strand.advance()
        assert scene.world.peek(reader, limit=100) == scene.world.oracle.home(reader)


def do_all(actions: Sequence[Action], scene: Scene) -> None:
    for each in actions:
        each.do(scene)
