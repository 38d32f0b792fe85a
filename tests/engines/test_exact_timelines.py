"""Timelines in PostgreSQL are exact whatever happens between any two statements; without any one rule they are not."""

import random
import secrets
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import count

import pytest

from cluster.engines.postgres import PostgresServer
from infrastructure.postgres.migrating import migrate
from tests.engines.postgres_world import PostgresWorlds
from tests.engines.timeline_rules import BOUNDS, READER, RULES, Rule
from tests.faults.schedules import played
from tests.integration.effort import LONG
from tests.integration.interleavings import SCENARIOS, MakeWorld, opening, play, play_all
from tests.integration.scenes import Action, Scene, advance, do_all
from tests.integration.stores import Change
from tests.integration.world import World

SCHEDULES = 300 if LONG else 2
STEPS_MAX = 12


@pytest.fixture(scope="module")
def worlds(postgres_server: PostgresServer) -> Iterator[PostgresWorlds]:
    """Makes worlds on PostgreSQL, in which publishes and follows are under way while others go on."""
    name = postgres_server.create_database()
    migrate(postgres_server.url(name), "head", "postgresql")
    with PostgresWorlds(postgres_server.url(name)) as made:
        yield made
    postgres_server.drop_database(name)


@pytest.fixture
def make_world(worlds: PostgresWorlds) -> MakeWorld:
    return lambda bounds: World(bounds, make_engine=worlds.make)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_timeline_is_exact_at_every_step_where_a_rule_matters(worlds: PostgresWorlds, rule: Rule[Change]) -> None:
    assert rule.play(lambda: World(BOUNDS, make_engine=worlds.make)) > 0


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_timeline_is_wrong_at_some_step_without_the_rule_that(worlds: PostgresWorlds, rule: Rule[Change]) -> None:
    with pytest.raises(AssertionError):
        rule.play(lambda: World(BOUNDS, change=rule.without, make_engine=worlds.make))


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_timeline_is_exact_when_a_process_is_killed_at_any_step(worlds: PostgresWorlds, rule: Rule[Change]) -> None:
    for steps in count():
        world = World(BOUNDS, make_engine=worlds.make)
        scene = Scene(world)
        do_all(rule.before, scene)
        strand = world.begin(partial(rule.outer.do, scene))
        advance(scene, strand, steps, READER)
        is_last = strand.at is None
        strand.abandon()
        world.crash()
        assert world.home(READER) == world.oracle.home(READER)
        do_all(rule.inner, scene)
        world.deliver_due()
        assert world.home(READER) == world.oracle.home(READER)
        assert world.unpushed() == []
        if is_last:
            break


@pytest.mark.timeout(7200)
def test_timelines_are_exact_in_random_schedules(make_world: MakeWorld) -> None:
    """The short form always plays the same schedules; the long form plays new ones each time."""
    first = secrets.randbelow(10**9) if LONG else 0
    print(f"seeds {first} to {first + SCHEDULES - 1}")
    for seed in range(first, first + SCHEDULES):
        played(seed, make_world)


def test_timelines_are_exact_in_some_interleaving_of_each_scenario(make_world: MakeWorld) -> None:
    chance = random.Random(1)
    for actions in SCENARIOS.values():
        scene = opening(make_world, chance.random() < 0.5)
        play(actions, scene, chance.randint(1, STEPS_MAX), chance.randint(0, STEPS_MAX), chance.random() < 0.5)


@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("actions", SCENARIOS.values(), ids=SCENARIOS)
def test_timelines_are_exact_in_every_interleaving(make_world: MakeWorld, actions: Sequence[Action]) -> None:
    assert play_all(actions, make_world) > 50
