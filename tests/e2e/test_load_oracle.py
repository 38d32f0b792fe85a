"""The oracle that the load compares every timeline with."""

import pytest

from load.graph import Graph
from load.oracle import Oracle, Tweet, difference

ONE, TWO, THREE = (Tweet(id_, "ann", f"text {id_}") for id_ in (1, 2, 3))


def test_a_home_timeline_has_all_tweets_of_all_followees_newest_first() -> None:
    graph = Graph(["ann", "bob", "cid"], [("bob", "ann"), ("bob", "cid"), ("cid", "bob")])
    by_cid, by_bob = Tweet(20, "cid", "hello"), Tweet(40, "bob", "hello")

    oracle = Oracle(graph, [ONE, by_cid, by_bob, THREE])

    assert oracle.home("bob") == [by_cid, THREE, ONE]
    assert oracle.home("cid") == [by_bob]
    assert oracle.home("ann") == []


def test_equal_timelines_do_not_differ() -> None:
    assert difference([THREE, TWO, ONE], [THREE, TWO, ONE]) is None


@pytest.mark.parametrize(
    ("read", "finding"),
    [
        ([THREE, ONE], "1 missing (2)"),
        ([], "3 missing (3, 2, 1)"),
        ([Tweet(4, "ann", "text 4"), THREE, TWO, ONE], "1 extra (4)"),
        ([THREE, THREE, TWO, ONE], "1 more than once (3)"),
        ([THREE, ONE, TWO], "1 out of order (2)"),
        ([THREE, Tweet(2, "ann", "text 3"), ONE], "1 altered (2)"),
        ([THREE, Tweet(2, "bob", "text 2"), ONE], "1 altered (2)"),
        ([ONE, TWO, TWO], "1 missing (3); 1 more than once (2); 1 out of order (2)"),
    ],
)
def test_each_kind_of_difference_is_reported(read: list[Tweet], finding: str) -> None:
    assert difference([THREE, TWO, ONE], read) == finding


def test_only_the_first_of_many_ids_are_shown() -> None:
    tweets = [Tweet(id_, "ann", "text") for id_ in range(9, 0, -1)]

    assert difference(tweets, []) == "9 missing (9, 8, 7, ...)"
