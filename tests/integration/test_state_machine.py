"""Any deeds in any order, alone or interleaved look by look: every timeline equals the oracle at every step."""

from collections.abc import Sequence
from contextlib import ExitStack
from itertools import permutations
from typing import TypeVar
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

import domain.timeline
import infrastructure.events.fan_out
import infrastructure.memory.follower_list
import usecases.home_timeline.read
from domain.events import TweetDeadLettered
from tests.integration import deeds as do
from tests.integration.deeds import Deed, Scene
from tests.integration.effort import LONG
from tests.integration.world import RETRY_MS, World

USERS = ("ada", "ben", "cleo", "dan")
PAIRS = tuple(permutations(USERS, 2))
ALL = 1000
"""More looks than any work has left."""

users = st.sampled_from(USERS)
pairs = st.sampled_from(PAIRS)
limits = st.integers(1, 3)
nth = st.integers(0, 7)
failing = st.sampled_from((None, None, None, 0, 1, 2))
clock_moves = st.sampled_from((-10 * RETRY_MS, -1, 1, 1000, RETRY_MS))

Example = TypeVar("Example")


def mostly(usual: st.SearchStrategy[Example], seldom: st.SearchStrategy[Example]) -> st.SearchStrategy[Example]:
    """Three of the one to one of the other, however many there are to choose from on either side."""
    return st.integers(0, 3).flatmap(lambda chance: usual if chance else seldom)


deeds: st.SearchStrategy[Deed] = st.one_of(
    st.builds(do.Publish, users),
    st.builds(do.Deliver, st.sampled_from((1, ALL)), failing),
    st.builds(do.Read, users, limits, include_self=st.booleans(), afresh=st.booleans()),
    st.builds(do.GoOn, nth, limits),
    st.builds(do.Poll, users, limits),
    pairs.map(lambda pair: do.Follow(*pair)),
    pairs.map(lambda pair: do.Unfollow(*pair)),
    pairs.map(lambda pair: do.Refollow(*pair)),
    st.builds(do.Delete, nth),
    st.builds(do.Discard, users),
    st.builds(do.DeliverAgain, nth),
    st.builds(do.Redrive),
    st.builds(do.MoveClock, clock_moves),
)


def deeds_around(reader: str, author: str) -> st.SearchStrategy[Deed]:
    """What may disturb a reader of this author."""
    return mostly(
        st.sampled_from(
            (
                do.Deliver(ALL, None),
                do.PublishAndDeliver(author),
                do.Miss(reader, author),
                do.Discard(reader),
                do.Prepare(reader),
                do.Read(reader, 3, include_self=False, afresh=True),
                do.Follow(reader, author),
                do.Refollow(reader, author),
                do.MissAndRefollow(reader, author),
            )
        ),
        deeds,
    )


def deeds_to_stop(reader: str) -> st.SearchStrategy[Deed]:
    """What is worth stopping between two looks."""
    return mostly(
        st.one_of(
            st.just(do.Prepare(reader)),
            st.builds(do.Read, st.just(reader), limits, include_self=st.booleans(), afresh=st.booleans()),
            st.builds(do.Poll, st.just(reader), limits),
            st.builds(do.GoOn, nth, limits),
            st.builds(do.Deliver, st.just(1), failing),
        ),
        deeds,
    )


def races(pair: tuple[str, str]) -> st.SearchStrategy[do.Race]:
    """Several who act at once around one pair of reader and author."""
    others = st.lists(deeds_around(*pair), min_size=1, max_size=3)
    turn = st.tuples(st.integers(0, 2), st.integers(1, 6) | st.just(ALL))
    return st.builds(
        do.Race,
        reader=st.just(pair[0]),
        before=st.lists(st.just(do.Publish(pair[1])), max_size=2),
        first=deeds_to_stop(pair[0]),
        first_looks=st.integers(1, 8),
        others=st.lists(others, min_size=1, max_size=2),
        turns=st.lists(turn, max_size=4),
    )


class TimelinesMachine(RuleBasedStateMachine):
    """Users who do everything at once, on a Perch where every bound is within reach."""

    def __init__(self) -> None:
        super().__init__()
        self.patches = ExitStack()
        self.steps = 0

    @initialize(
        sizes=st.fixed_dictionaries(
            {
                "capacity": st.integers(1, 5),
                "slice_size": st.integers(1, 2),
                "threshold": st.integers(2, 6),
                "queue_capacity": st.integers(1, 3),
                "max_attempts": st.integers(1, 2),
                "dead_letter_capacity": st.integers(1, 2),
            }
        ),
        stale_max=st.integers(0, 3),
        trim_share=st.sampled_from((2, 16)),
        chunk_size=st.integers(1, 3),
        active_max=st.integers(1, 3),
        follows=st.permutations(PAIRS),
        followed=st.integers(0, len(PAIRS)),
        authors=st.lists(users, max_size=8),
    )
    def build(
        self,
        sizes: dict[str, int],
        stale_max: int,
        trim_share: int,
        chunk_size: int,
        active_max: int,
        follows: Sequence[tuple[str, str]],
        followed: int,
        authors: Sequence[str],
    ) -> None:
        for module, constant, value in (
            (usecases.home_timeline.read, "STALE_ENTRIES_MAX", stale_max),
            (domain.timeline, "_TRIM_SHARE", trim_share),
            (infrastructure.memory.follower_list, "CHUNK_SIZE", chunk_size),
            (infrastructure.events.fan_out, "ACTIVE_MAX", active_max),
        ):
            self.patches.enter_context(patch.object(module, constant, value))
        self.world = World(idle_seconds=1.5 * RETRY_MS / 1000, **sizes)
        self.scene = Scene(self.world)
        for follow in follows[:followed]:
            self.world.follow(*follow)
        for user in USERS:
            self.world.home(user)
        for author in authors:
            do.Publish(author).do(self.scene)
        self.world.deliver_all()

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.world.close()
        self.patches.close()

    @rule(some=st.lists(deeds, min_size=1, max_size=4))
    def act(self, some: Sequence[Deed]) -> None:
        for deed in some:
            deed.do(self.scene)

    @rule(race=pairs.flatmap(races))
    def race(self, race: do.Race) -> None:
        race.do(self.scene)

    @rule()
    def settle(self) -> None:
        """In the end only tweets that are never pushed, or could not be, are left to be pulled."""
        self.world.settle()
        dead = {event.tweet_id for event in self.world.happened if isinstance(event, TweetDeadLettered)}
        assert dead | self.world.pulled >= set(self.world.unpushed())

    @invariant()
    def every_timeline_is_exact_as_it_stands(self) -> None:
        for user in USERS:
            assert self.world.peek(user, limit=100) == self.world.oracle.home(user)

    @invariant()
    def every_page_is_exact_as_it_stands(self) -> None:
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
    """Thousands of steps; with LONG=1, some hundred thousand."""
