"""What the integration tests share."""

from collections.abc import Callable, Iterator

import pytest

from tests.integration.stores import Bounds
from tests.integration.world import World

MakeWorld = Callable[..., World]


@pytest.fixture
def make_world() -> Iterator[MakeWorld]:
    """Makes worlds with the sizes that a test needs, and ends what it leaves unfinished in them."""
    worlds: list[World] = []

    def make(**sizes: int) -> World:
        worlds.append(World(Bounds(**sizes)))
        return worlds[-1]

    yield make
    for world in worlds:
        world.close()


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    """A world with room for three entries a timeline, whose fan-outs go follower by follower."""
    return make_world()
