from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.tweet_id import (
    AHEAD_MS_MAX,
    EPOCH_MS,
    MAX_NODE_ID,
    MAX_TWEET_ID,
    created_at_ms,
    is_far_ahead,
    next_tweet_id,
)

NOW_MS = 1_800_000_000_000
IDS_A_MILLISECOND = 4096


@pytest.mark.parametrize(("milliseconds", "far"), [(-1, False), (AHEAD_MS_MAX, False), (AHEAD_MS_MAX + 1, True)])
def test_an_id_is_far_ahead_from_a_day_on(milliseconds: int, *, far: bool) -> None:
    assert is_far_ahead(next_tweet_id(0, NOW_MS + milliseconds, node_id=0), NOW_MS) is far
    assert is_far_ahead(MAX_TWEET_ID, NOW_MS)


def take(clock: list[int], node_id: int = 0) -> list[int]:
    """Returns the ids that one node gives out at these times."""
    ids = [0]
    for now_ms in clock:
        ids.append(next_tweet_id(ids[-1], now_ms, node_id))
    return ids[1:]


def node_of(tweet_id: int) -> int:
    return tweet_id >> 12 & MAX_NODE_ID


@given(st.lists(st.integers(0, EPOCH_MS * 2), min_size=2), st.integers(0, MAX_NODE_ID))
def test_ids_increase_and_keep_their_node_whatever_the_clock_does(clock: list[int], node_id: int) -> None:
    ids = take(clock, node_id)
    assert all(earlier < later for earlier, later in pairwise([0, *ids]))
    assert {node_of(id_) for id_ in ids} == {node_id}


@given(st.integers(EPOCH_MS, EPOCH_MS + (1 << 41) - 1), st.integers(0, MAX_NODE_ID))
def test_an_id_contains_its_creation_time(now_ms: int, node_id: int) -> None:
    tweet_id = next_tweet_id(0, now_ms, node_id)
    assert created_at_ms(tweet_id) == now_ms
    assert 0 < tweet_id <= MAX_TWEET_ID


def test_two_nodes_never_give_out_the_same_id() -> None:
    clock = [NOW_MS] * (IDS_A_MILLISECOND + 10)
    assert not set(take(clock, node_id=3)) & set(take(clock, node_id=4))


def test_a_millisecond_has_4096_ids_and_the_next_id_takes_the_next_millisecond() -> None:
    ids = take([NOW_MS] * (IDS_A_MILLISECOND + 1), node_id=7)
    assert created_at_ms(ids[-2]) == NOW_MS
    assert created_at_ms(ids[-1]) == NOW_MS + 1
    assert ids[-1] - ids[0] == 1 << 22


def test_ids_follow_the_clock_again_once_it_has_caught_up() -> None:
    ids = take([NOW_MS] * (IDS_A_MILLISECOND + 1) + [NOW_MS + 1, NOW_MS + 2])
    assert [created_at_ms(id_) - NOW_MS for id_ in ids[-3:]] == [1, 1, 2]


def test_ids_keep_their_latest_time_while_the_clock_is_set_back() -> None:
    ids = take([NOW_MS, NOW_MS - 60_000, NOW_MS - 1, NOW_MS, NOW_MS + 1])
    assert [created_at_ms(id_) - NOW_MS for id_ in ids] == [0, 0, 0, 0, 1]


@pytest.mark.parametrize("now_ms", [0, EPOCH_MS - 1, EPOCH_MS])
def test_a_clock_before_the_epoch_gives_positive_ids(now_ms: int) -> None:
    assert all(id_ > 0 for id_ in take([now_ms] * 3, node_id=0))
