"""Fixtures that make worlds."""

from collections.abc import Callable, Iterator

import pytest

from tests.integration.stores import Bounds
from tests.integration.world import World

MakeWorld = Callable[..., World]


@pytest.fixture
def make_world() -> Iterator[MakeWorld]:
    """Makes worlds of the given sizes, and abandons their unfinished strands at the end."""
    worlds: list[World] = []

    def make(**sizes: int) -> World:
        worlds.append(World(Bounds(**sizes)))
        return worlds[-1]

    yield make
    for world in worlds:
        world.close()


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    """A world whose timelines hold three entries and whose fan-out pushes to one follower per slice."""
    return make_world()
