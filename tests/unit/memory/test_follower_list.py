from collections.abc import Iterator

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from infrastructure.memory import follower_list
from infrastructure.memory.follower_list import CHUNK_SIZE, FollowerList

NEWEST = 1 << 63

positions = st.integers(0, 120)
limits = st.integers(1, 15)


@pytest.fixture(autouse=True, scope="module")
def small_chunks() -> Iterator[None]:
    """Uses tiny chunks, so that most pages cross a chunk border."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(follower_list, "CHUNK_SIZE", 4)
        yield


class FollowerListModel(RuleBasedStateMachine):
    """Compares a list in chunks with a plain dict of follow id to follower."""

    def __init__(self) -> None:
        super().__init__()
        self.chunked = FollowerList()
        self.naive: dict[int, int] = {}
        self.last_follow_id = 0

    @rule(steps=st.lists(st.integers(1, 3), min_size=1, max_size=9))
    def append(self, steps: list[int]) -> None:
        for step in steps:
            self.last_follow_id += step
            follower = 10_000 + self.last_follow_id
            self.chunked.append(self.last_follow_id, follower)
            self.naive[self.last_follow_id] = follower

    @precondition(lambda self: self.naive)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        follow_id = data.draw(st.sampled_from(sorted(self.naive)))
        self.chunked.remove(follow_id)
        del self.naive[follow_id]

    @precondition(lambda self: self.naive)
    @rule(data=st.data())
    def remove_neighbours(self, data: st.DataObject) -> None:
        """Removes enough neighbours to empty whole chunks."""
        start = data.draw(st.sampled_from(sorted(self.naive)))
        for follow_id in [id_ for id_ in self.naive if start <= id_ < start + 12]:
            self.chunked.remove(follow_id)
            del self.naive[follow_id]

    @rule(position=positions, limit=limits)
    def after(self, position: int, limit: int) -> None:
        page = sorted(id_ for id_ in self.naive if id_ > position)[:limit]
        followers, last = self.chunked.after(position, limit)
        assert list(followers) == [self.naive[id_] for id_ in page]
        assert last == (page[-1] if page else position)

    @rule(position=st.one_of(positions, st.just(NEWEST)), limit=limits)
    def before(self, position: int, limit: int) -> None:
        page = sorted((id_ for id_ in self.naive if id_ < position), reverse=True)[:limit]
        assert self.chunked.before(position, limit) == [(id_, self.naive[id_]) for id_ in page]

    @invariant()
    def length(self) -> None:
        assert len(self.chunked) == len(self.naive)


TestFollowerListModel = FollowerListModel.TestCase


def test_pages_cross_the_borders_of_full_size_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follower_list, "CHUNK_SIZE", CHUNK_SIZE)
    followers = FollowerList()
    total = 2 * CHUNK_SIZE + 10
    for follow_id in range(1, total + 1):
        followers.append(follow_id, 10_000 + follow_id)

    seen: list[int] = []
    position = 0
    while len(seen) < total:
        page, position = followers.after(position, 500)
        assert page
        seen += page
    assert seen == [10_000 + follow_id for follow_id in range(1, total + 1)]
    assert followers.after(position, 500) == ([], total)
