"""Slices for the fan-out ascend by follow id, and pages for readers descend."""

import pytest

from app.compose.ports import FollowGraph
from tests.contracts.limits import NEWEST

STAR = "star"


def names(*numbers: int) -> list[str]:
    return [f"fan{number}" for number in numbers]


def add_fans(graph: FollowGraph, count: int, start: int = 0) -> None:
    for number in range(start, start + count):
        graph.follow(f"fan{number}", STAR)


def all_slices(graph: FollowGraph, limit: int) -> list[str]:
    """Reads slices until one is not full; returns all followers."""
    found: list[str] = []
    position, full = 0, True
    while full:
        followers, position = graph.followers_after(STAR, position, limit)
        found += followers
        full = len(followers) == limit
    return found


def all_pages(graph: FollowGraph, limit: int) -> list[str]:
    """Reads pages until one is not full; returns all followers."""
    found: list[str] = []
    position, full = NEWEST, True
    while full:
        page = graph.followers_before(STAR, position, limit)
        found += [name for _, name in page]
        position = page[-1][0] if page else position
        full = len(page) == limit
    return found


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8])
def test_slices_and_pages_contain_every_follower_once(graph: FollowGraph, limit: int) -> None:
    add_fans(graph, 7)
    assert all_slices(graph, limit) == names(*range(7))
    assert all_pages(graph, limit) == names(*range(6, -1, -1))


def test_followers_stay_in_order_after_many_unfollows(graph: FollowGraph) -> None:
    add_fans(graph, 5000)
    for number in [*range(500, 4000), *range(0, 500, 3)]:
        graph.unfollow(f"fan{number}", STAR)
    add_fans(graph, 10, start=6000)
    left = [number for number in range(500) if number % 3] + [*range(4000, 5000), *range(6000, 6010)]
    assert all_slices(graph, 500) == names(*left)
    assert all_pages(graph, 500) == names(*reversed(left))
    assert graph.followers_count(STAR) == len(left)


def test_the_next_slice_continues_after_the_last_follow_id(graph: FollowGraph) -> None:
    add_fans(graph, 3)
    _, after_two = graph.followers_after(STAR, 0, 2)
    assert list(graph.followers_after(STAR, after_two, 2)[0]) == names(2)
    _, after_all = graph.followers_after(STAR, after_two, 2)
    assert list(graph.followers_after(STAR, after_all, 2)[0]) == []
    add_fans(graph, 1, start=3)
    assert list(graph.followers_after(STAR, after_all, 2)[0]) == names(3)


def test_an_unfollow_behind_a_position_skips_no_follower(graph: FollowGraph) -> None:
    add_fans(graph, 6)
    _, upwards = graph.followers_after(STAR, 0, 2)
    downwards = graph.followers_before(STAR, NEWEST, 2)[-1][0]
    for gone in names(0, 1, 4, 5):
        graph.unfollow(gone, STAR)
    assert list(graph.followers_after(STAR, upwards, 10)[0]) == names(2, 3)
    assert [name for _, name in graph.followers_before(STAR, downwards, 10)] == names(3, 2)


def test_a_new_follower_appears_in_a_later_slice_but_on_no_later_page(graph: FollowGraph) -> None:
    add_fans(graph, 4)
    _, upwards = graph.followers_after(STAR, 0, 2)
    downwards = graph.followers_before(STAR, NEWEST, 2)[-1][0]
    graph.unfollow("fan0", STAR)
    add_fans(graph, 1)
    assert list(graph.followers_after(STAR, upwards, 10)[0]) == names(2, 3, 0)
    assert [name for _, name in graph.followers_before(STAR, downwards, 10)] == names(1)


def test_pages_of_followees_descend_by_follow_id(graph: FollowGraph) -> None:
    for number in range(5):
        graph.follow(STAR, f"fan{number}")
    first = graph.following_before(STAR, NEWEST, 2)
    assert [name for _, name in first] == names(4, 3)
    graph.unfollow(STAR, "fan3")
    graph.follow(STAR, "fan9")
    second = graph.following_before(STAR, first[-1][0], 2)
    assert [name for _, name in second] == names(2, 1)
