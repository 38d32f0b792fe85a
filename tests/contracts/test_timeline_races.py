from functools import partial

from app.compose.ports import Timelines
from domain.timeline import TimelineView
from tests.contracts.conftest import Stores
from tests.contracts.limits import IDLE_SECONDS, NEWEST, TIMELINE_CAPACITY
from tests.contracts.racing import RACERS, race, race_of_twenty
from tests.fakes.clock import ManualClock

USERS = ["alice", "bob", "carol"]


def view(timelines: Timelines, user_id: str = "alice") -> TimelineView:
    return timelines.view(user_id, 0, NEWEST, TIMELINE_CAPACITY + 1)


def build(timelines: Timelines, user_id: str = "alice") -> int:
    generation = timelines.install(user_id).generation
    timelines.merge(user_id, generation, [], floor=0, mark=1)
    return generation


def is_newest_first(view: TimelineView) -> bool:
    return list(view.ids) == sorted(set(view.ids), reverse=True)


def test_twenty_concurrent_installs_return_the_same_generation(timelines: Timelines) -> None:
    for number in range(20):
        assert len(set(race(*[partial(timelines.install, f"user{number}")] * RACERS))) == 1


def test_generations_are_unique_over_all_users(timelines: Timelines, rounds: int) -> None:
    def install_and_discard(number: int) -> list[int]:
        generations = []
        for _ in range(rounds):
            generations.append(timelines.install(f"user{number}")[0])
            timelines.discard(f"user{number}")
        return generations

    generations = [generation for by_one in race_of_twenty(install_and_discard) for generation in by_one]
    assert len(set(generations)) == RACERS * rounds


def test_concurrent_pushes_all_arrive(timelines: Timelines, rounds: int) -> None:
    for user_id in USERS:
        build(timelines, user_id)

    def push_or_read(number: int) -> None:
        for at in range(rounds):
            if number % 5 == 0:
                assert is_newest_first(view(timelines, USERS[at % len(USERS)]))
            else:
                timelines.push(1 + number + at * RACERS, USERS)

    race_of_twenty(push_or_read)
    pushed = {1 + number + at * RACERS for number in range(RACERS) if number % 5 for at in range(rounds)}
    for user_id in USERS:
        assert list(view(timelines, user_id).ids) == sorted(pushed, reverse=True)


def test_concurrent_merges_and_pushes_all_arrive(stores: Stores, timelines: Timelines, rounds: int) -> None:
    generation = build(timelines)

    def push_or_merge(number: int) -> None:
        for at in range(rounds):
            tweet_id = 1 + number + at * RACERS
            if number % 2:
                timelines.push(tweet_id, ["alice"])
            else:
                timelines.merge("alice", generation, [tweet_id], floor=0, mark=number)

    race_of_twenty(push_or_merge)
    assert list(view(timelines).ids) == list(range(RACERS * rounds, 0, -1))
    assert view(timelines).mark in (range(RACERS) if stores.only_adds else [RACERS - 2])


def test_a_view_is_a_consistent_snapshot(timelines: Timelines, rounds: int) -> None:
    """Pushes ascend and merges raise the floor behind them, so every view is complete above its floor."""
    generation = build(timelines)
    kept = 20

    def push_and_merge() -> None:
        for tweet_id in range(1, 20 * rounds):
            timelines.push(tweet_id, ["alice"])
            if tweet_id % 3 == 0:
                timelines.merge("alice", generation, [], floor=max(0, tweet_id - kept), mark=tweet_id)

    def read() -> None:
        for _ in range(4 * rounds):
            seen = view(timelines)
            newest = seen.ids[0] if seen.ids else 0
            assert list(seen.ids) == list(range(newest, max(seen.floor, 1) - 1, -1))
            assert seen.floor == max(0, seen.mark - kept)

    race(push_and_merge, *[read] * 4)


def test_a_rebuild_loses_no_concurrent_push(timelines: Timelines, rounds: int) -> None:
    """A publisher writes the log before it pushes; a rebuild installs before it reads the log and merges."""
    log: list[int] = []

    def publish_or_rebuild(number: int) -> None:
        for at in range(rounds):
            if number % 2:
                tweet_id = 1 + number + at * RACERS
                log.append(tweet_id)
                timelines.push(tweet_id, ["alice"])
            else:
                timelines.discard("alice")
                generation = timelines.install("alice").generation
                timelines.merge("alice", generation, list(log), floor=0, mark=1)

    race_of_twenty(publish_or_rebuild)
    assert view(timelines).mark == 1
    assert list(view(timelines).ids) == sorted(log, reverse=True)


def test_a_merge_of_a_discarded_generation_is_never_seen(stores: Stores, timelines: Timelines, rounds: int) -> None:
    """Where a view takes several looks, the generation may be discarded while it is made."""
    stale = 999

    def merge_after_discard(number: int) -> None:
        for _ in range(rounds):
            generation = timelines.install("alice").generation
            timelines.discard("alice")
            timelines.merge("alice", generation, [stale + number], floor=stale, mark=stale)

    def read() -> None:
        for _ in range(rounds):
            generation = build(timelines)
            seen = view(timelines)
            if not stores.only_adds or timelines.install("alice").generation == generation:
                assert list(seen.ids) == []
                assert seen.mark in {0, 1}

    race_of_twenty(lambda number: merge_after_discard(number) if number % 2 else read())
    read()


def test_each_idle_timeline_is_discarded_once_during_concurrent_reads(
    stores: Stores, timelines: Timelines, clock: ManualClock, rounds: int
) -> None:
    for at in range(20 * rounds):
        timelines.install(f"idle{at}")
    clock.advance(round(IDLE_SECONDS * 1000) + 1)

    def clean_up_or_read(number: int) -> int:
        if number < 4:
            return timelines.discard_idle()
        for at in range(rounds):
            build(timelines, f"reader{number}-{at}")
        return 0

    assert sum(race_of_twenty(clean_up_or_read)) == (0 if stores.expires else 20 * rounds)
    assert timelines.discard_idle() == 0
    assert all(view(timelines, f"reader{number}-{at}").mark for number in range(4, RACERS) for at in range(rounds))
