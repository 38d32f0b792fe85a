"""Any actions in any order, alone or interleaved call by call: every timeline equals the oracle at every step."""

from collections.abc import Sequence
from itertools import permutations
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.integration import actions as do
from tests.integration.effort import LONG
from tests.integration.scenes import Action, Scene
from tests.integration.stores import DUE_MS, Bounds
from tests.integration.world import RETRY_MS, World

USERS = ("ada", "ben", "cleo", "dan")
PAIRS = tuple(permutations(USERS, 2))
ALL = 1000
"""More store calls than any action makes."""

users = st.sampled_from(USERS)
pairs = st.sampled_from(PAIRS)
limits = st.integers(1, 3)
nth = st.integers(0, 7)
failing = st.sampled_from((None, None, None, 0, 1, 2))
clock_moves = st.sampled_from((-10 * RETRY_MS, -1, 1, 1000, DUE_MS, RETRY_MS))

Example = TypeVar("Example")


def mostly(usual: st.SearchStrategy[Example], seldom: st.SearchStrategy[Example]) -> st.SearchStrategy[Example]:
    """Draws three of the usual to one of the seldom, however many each has."""
    return st.integers(0, 3).flatmap(lambda chance: usual if chance else seldom)


actions: st.SearchStrategy[Action] = st.one_of(
    st.builds(do.publish, users),
    st.builds(do.deliver, st.sampled_from((1, ALL)), failing),
    st.builds(do.read, users, limits, include_self=st.booleans(), after_discard=st.booleans()),
    st.builds(do.read_next, nth, limits),
    st.builds(do.poll, users, limits),
    pairs.map(lambda pair: do.follow(*pair)),
    pairs.map(lambda pair: do.unfollow(*pair)),
    pairs.map(lambda pair: do.refollow(*pair)),
    st.builds(do.delete, nth),
    st.builds(do.discard, users),
    st.just(do.keep_house()),
    st.builds(do.deliver_again, nth),
    st.builds(do.redrive),
    st.builds(do.hint_again, nth),
    st.builds(do.lose_hints, st.integers(1, 3)),
    st.builds(do.move_clock, clock_moves),
)


def actions_around(reader: str, author: str) -> st.SearchStrategy[Action]:
    """Actions that may disturb a reader of this author."""
    return mostly(
        st.sampled_from(
            (
                do.deliver(ALL),
                do.publish_and_deliver(author),
                do.publish_unseen(reader, author),
                do.discard(reader),
                do.keep_house(),
                do.prepare(reader),
                do.read(reader, 3, after_discard=True),
                do.follow(reader, author),
                do.refollow(reader, author),
                do.publish_while_unfollowed(reader, author),
            )
        ),
        actions,
    )


def actions_to_stop(reader: str) -> st.SearchStrategy[Action]:
    """Actions worth stopping between two store calls."""
    return mostly(
        st.one_of(
            st.just(do.prepare(reader)),
            st.builds(do.read, st.just(reader), limits, include_self=st.booleans(), after_discard=st.booleans()),
            st.builds(do.poll, st.just(reader), limits),
            st.builds(do.read_next, nth, limits),
            st.builds(do.deliver, st.just(1), failing),
            st.just(do.keep_house()),
        ),
        actions,
    )


def races(pair: tuple[str, str]) -> st.SearchStrategy[Action]:
    """Concurrent actions around one pair of reader and author."""
    others = st.lists(actions_around(*pair), min_size=1, max_size=3)
    turn = st.tuples(st.integers(0, 2), st.integers(1, 6) | st.just(ALL))
    return st.builds(
        do.race,
        reader=st.just(pair[0]),
        before=st.lists(st.just(do.publish(pair[1])), max_size=2),
        first=actions_to_stop(pair[0]),
        first_calls=st.integers(1, 8),
        others=st.lists(others, min_size=1, max_size=2),
        turns=st.lists(turn, max_size=4),
    )


class TimelinesMachine(RuleBasedStateMachine):
    """Users and workers act concurrently in a world that is small enough to reach every limit."""

    def __init__(self) -> None:
        super().__init__()
        self.steps = 0

    def new_world(self, bounds: Bounds) -> World:
        return World(bounds)

    @initialize(
        sizes=st.fixed_dictionaries(
            {
                "capacity": st.integers(1, 5),
                "slice_size": st.integers(1, 2),
                "threshold": st.integers(2, 6),
                "queue_capacity": st.integers(1, 3),
                "max_attempts": st.integers(1, 2),
                "stale_entries": st.integers(0, 3),
                "trim_share": st.sampled_from((2, 16)),
                "chunk_size": st.integers(1, 3),
                "active": st.integers(1, 3),
            }
        ),
        follows=st.permutations(PAIRS),
        followed=st.integers(0, len(PAIRS)),
        authors=st.lists(users, max_size=8),
    )
    def build(
        self, sizes: dict[str, int], follows: Sequence[tuple[str, str]], followed: int, authors: Sequence[str]
    ) -> None:
        self.world = self.new_world(Bounds(idle_seconds=1.5 * RETRY_MS / 1000, **sizes))
        self.scene = Scene(self.world)
        for follow in follows[:followed]:
            self.world.follow(*follow)
        for user in USERS:
            self.world.home(user)
        for author in authors:
            do.publish(author).do(self.scene)
        self.world.deliver_all()

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.world.close()

    @rule(some=st.lists(actions, min_size=1, max_size=4))
    def act(self, some: Sequence[Action]) -> None:
        for action in some:
            action.do(self.scene)

    @rule(race=pairs.flatmap(races))
    def race(self, race: Action) -> None:
        race.do(self.scene)

    @rule()
    def settle(self) -> None:
        """Once all deliveries are finished, only pulled tweets and dead letters are unpushed."""
        self.world.settle()
        assert self.world.pulled.union(self.world.dead()) >= set(self.world.unpushed())

    @rule(crashed=st.booleans())
    def let_the_due_time_pass(self, *, crashed: bool) -> None:
        """A healthy fan-out has pushed everything when the due time has passed, whatever was lost before."""
        self.world.pushes.stop_failing()
        if crashed:
            self.world.crash()
        self.world.deliver_due()
        assert not self.world.left()

    @invariant()
    def every_timeline_is_exact(self) -> None:
        for user in USERS:
            assert self.world.peek(user, limit=100) == self.world.oracle.home(user)

    @invariant()
    def every_page_is_exact(self) -> None:
        self.steps += 1
        user = USERS[self.steps % len(USERS)]
        for limit in (1, 3):
            expected = self.world.oracle.home(user, include_self=True)
            assert self.world.peek(user, include_self=True, limit=limit) == expected


TimelinesMachine.TestCase.settings = settings(
    max_examples=3000 if LONG else 150,
    stateful_step_count=60 if LONG else 40,
    deadline=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.timeout(3600 if LONG else 300)
class TestStateMachine(TimelinesMachine.TestCase):  # type: ignore[misc, valid-type]
    """Runs thousands of steps, and hundreds of thousands with LONG=1."""
