"""Followers and followees are listed in pages, newest follow first."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from domain.errors import InvalidInput
from infrastructure.memory.follow_graph import MemoryFollowGraph
from usecases.list_follows import Direction, ListFollows
from usecases.page import NEWEST, Page, PageRequest


@dataclass(frozen=True)
class Listed:
    """One of alice's two lists, and how to add a user to it or remove one."""

    page: Callable[[PageRequest], Page[tuple[int, str]]]
    add: Callable[[str], bool]
    remove: Callable[[str], bool]


@pytest.fixture(params=["followers", "following"])
def listed(request: pytest.FixtureRequest, graph: MemoryFollowGraph) -> Listed:
    if request.param == "followers":
        return Listed(
            lambda request: ListFollows(graph).execute(request, Direction.FOLLOWERS),
            lambda other: graph.follow(other, "alice"),
            lambda other: graph.unfollow(other, "alice"),
        )
    return Listed(
        lambda request: ListFollows(graph).execute(request, Direction.FOLLOWING),
        lambda other: graph.follow("alice", other),
        lambda other: graph.unfollow("alice", other),
    )


def page(listed: Listed, limit: int, before: int | None = NEWEST) -> tuple[list[str], int | None]:
    assert before is not None
    answer = listed.page(PageRequest("alice", limit, before))
    return [user_id for _, user_id in answer.items], answer.next_before


def test_an_empty_list_is_one_empty_page(listed: Listed) -> None:
    assert page(listed, 10) == ([], None)


def test_the_newest_follow_comes_first(listed: Listed) -> None:
    for other in ("bob", "carol", "dan"):
        listed.add(other)
    assert page(listed, 10) == (["dan", "carol", "bob"], None)


def test_the_next_page_continues_after_the_last_one(listed: Listed) -> None:
    for other in ("bob", "carol", "dan", "erin", "frank"):
        listed.add(other)
    first, then = page(listed, 2)
    second, then_last = page(listed, 2, then)
    assert [first, second] == [["frank", "erin"], ["dan", "carol"]]
    assert page(listed, 2, then_last) == (["bob"], None)


@pytest.mark.parametrize("limit", [1, 3])
def test_a_full_last_page_has_no_next_page(listed: Listed, limit: int) -> None:
    for other in range(limit):
        listed.add(f"user{other}")
    assert page(listed, limit)[1] is None


def test_pages_neither_skip_nor_repeat_users_while_the_list_changes(listed: Listed) -> None:
    for other in ("bob", "carol", "dan", "erin"):
        listed.add(other)
    first, then = page(listed, 2)
    listed.add("frank")
    listed.remove("erin")
    listed.remove("dan")
    listed.remove("carol")
    assert first == ["erin", "dan"]
    assert page(listed, 2, then) == (["bob"], None)


def test_a_user_who_is_added_again_comes_first(listed: Listed) -> None:
    for other in ("bob", "carol"):
        listed.add(other)
    listed.remove("bob")
    listed.add("bob")
    assert page(listed, 10) == (["bob", "carol"], None)


def test_a_list_needs_a_valid_user_id(listed: Listed) -> None:
    with pytest.raises(InvalidInput):
        listed.page(PageRequest("me", 10))
