from functools import partial

from app.compose.ports import FollowGraph
from domain.user import NOBODY, Followees
from tests.contracts.limits import ALL, NEWEST
from tests.contracts.racing import RACERS, race, race_of_twenty

ROUNDS = 50
STAR = "star"


def follower_ids(graph: FollowGraph, user_id: str) -> dict[str, int]:
    return {name: id_ for id_, name in graph.followers_before(user_id, NEWEST, ALL)}


def following_ids(graph: FollowGraph, user_id: str) -> dict[str, int]:
    return {name: id_ for id_, name in graph.following_before(user_id, NEWEST, ALL)}


def test_one_of_twenty_concurrent_follows_succeeds_and_one_of_twenty_unfollows(graph: FollowGraph) -> None:
    for number in range(20):
        fan = f"fan{number}"
        assert race(*[partial(graph.follow, fan, STAR)] * RACERS).count(True) == 1
        assert graph.followers_count(STAR) == 1
        assert race(*[partial(graph.unfollow, fan, STAR)] * RACERS).count(True) == 1
        assert graph.followers_count(STAR) == graph.following_count(fan) == 0


def test_twenty_threads_follow_the_same_user(graph: FollowGraph) -> None:
    def follow_many(number: int) -> None:
        for at in range(ROUNDS):
            assert graph.follow(f"fan{number}-{at}", STAR)

    race_of_twenty(follow_many)
    ids = follower_ids(graph, STAR)
    assert len(ids) == len(set(ids.values())) == graph.followers_count(STAR) == RACERS * ROUNDS
    assert all(following_ids(graph, fan) == {STAR: id_} for fan, id_ in ids.items())
    followers, _ = graph.followers_after(STAR, 0, RACERS * ROUNDS)
    assert list(followers) == sorted(ids, key=lambda fan: ids[fan])


def test_both_sides_agree_after_concurrent_follows_and_unfollows(graph: FollowGraph) -> None:
    def follow_or_unfollow(number: int) -> int:
        change = graph.follow if number % 2 else graph.unfollow
        times = sum(change("fan", STAR) for _ in range(ROUNDS))
        return times if number % 2 else -times

    left = sum(race_of_twenty(follow_or_unfollow))
    assert left in {0, 1}
    assert graph.followers_count(STAR) == graph.following_count("fan") == left
    assert len(graph.followees("fan").authors) == len(follower_ids(graph, STAR)) == left
    assert list(following_ids(graph, "fan").values()) == list(follower_ids(graph, STAR).values())


def test_a_new_follow_has_a_larger_id_than_all_follows_read_before(graph: FollowGraph) -> None:
    """A timeline's mark covers all follows up to it, so no follow may appear below the mark later."""

    def read() -> None:
        before = NOBODY
        for _ in range(4 * ROUNDS):
            now = graph.followees("fan")
            assert set(now.authors) - set(before.authors) <= set(now.followed_after(before.newest_follow_id))
            before = now

    def follow_or_read(number: int) -> None:
        if number % 4 == 0:
            read()
            return
        for at in range(ROUNDS):
            graph.follow("fan", f"star{number}-{at}")

    race_of_twenty(follow_or_read)
    assert graph.following_count("fan") == 15 * ROUNDS


def test_returned_followees_do_not_change_during_concurrent_follows(graph: FollowGraph) -> None:
    def change_and_keep(number: int) -> list[tuple[Followees, list[str]]]:
        kept = []
        for at in range(ROUNDS // 3):
            graph.follow("fan", f"star{number}-{at}")
            followees = graph.followees("fan")
            kept.append((followees, followees.followed_after(0)))
            graph.unfollow("fan", f"star{number}-{at // 2}")
        return kept

    for kept in race_of_twenty(change_and_keep):
        for followees, authors in kept:
            assert followees.followed_after(0) == authors
            assert set(authors) == followees.authors


def test_followees_of_the_same_version_are_equal(graph: FollowGraph) -> None:
    """A reader who sees an unchanged version may then rely on unchanged follows."""

    def churn(number: int) -> None:
        for _ in range(ROUNDS):
            graph.follow("fan", f"star{number}")
            graph.unfollow("fan", f"star{number}")

    def read() -> dict[int, list[str]]:
        seen = {}
        for _ in range(4 * ROUNDS):
            before = graph.follows_version("fan")
            followees = graph.followees("fan")
            assert before <= followees.version <= graph.follows_version("fan")
            seen[followees.version] = followees.followed_after(0)
        return seen

    results = race_of_twenty(lambda number: read() if number % 4 == 0 else churn(number))
    by_version: dict[int, list[str]] = {}
    for seen in filter(None, results):
        for version, authors in seen.items():
            assert by_version.setdefault(version, authors) == authors
    assert graph.follows_version("fan") == 2 * ROUNDS * 15


def test_relationships_are_a_consistent_snapshot(graph: FollowGraph) -> None:
    """The star follows its fan only while the fan follows the star."""

    def follow_and_unfollow() -> None:
        for _ in range(6 * ROUNDS):
            graph.follow("fan", STAR)
            graph.follow(STAR, "fan")
            graph.unfollow(STAR, "fan")
            graph.unfollow("fan", STAR)

    def read() -> None:
        for _ in range(40 * ROUNDS):
            assert (False, True) not in graph.relationships("fan", [STAR] * 3)

    race(follow_and_unfollow, read)


PAGE = 3
STABLE = [f"stable{at}" for at in range(ROUNDS)]


def page_down(graph: FollowGraph) -> list[str]:
    """Reads all pages; returns the stable followers, oldest follow first."""
    seen: list[tuple[int, str]] = []
    while page := graph.followers_before(STAR, seen[-1][0] if seen else NEWEST, PAGE):
        seen += page
    ids = [id_ for id_, _ in seen]
    assert ids == sorted(set(ids), reverse=True)
    return [name for _, name in reversed(seen) if name in STABLE]


def slice_up(graph: FollowGraph) -> list[str]:
    """Reads all slices; returns the stable followers, oldest follow first."""
    seen: list[str] = []
    followers, position = graph.followers_after(STAR, 0, PAGE)
    while followers:
        seen += followers
        before = position
        followers, position = graph.followers_after(STAR, before, PAGE)
        assert position > before or not followers
    return [name for name in seen if name in STABLE]


def change_followers(graph: FollowGraph, number: int) -> list[str]:
    for at in range(ROUNDS):
        graph.unfollow(f"leaves{number}-{at}", STAR)
        graph.follow(f"comes{number}-{at}", STAR)
        if at % 3 == 0:
            graph.unfollow(f"comes{number}-{at}", STAR)
    return STABLE


def test_pages_and_slices_contain_every_stable_follower_once(graph: FollowGraph) -> None:
    for at, fan in enumerate(STABLE):
        graph.follow(fan, STAR)
        for number in range(8):
            graph.follow(f"leaves{number}-{at}", STAR)
    others = [partial(change_followers, graph, number) for number in range(8)]
    for seen in race(*others, *[partial(page_down, graph)] * 6, *[partial(slice_up, graph)] * 6):
        assert seen == STABLE
