"""The simulation of deliveries and the sizing, on cases that are worked out by hand."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.capacity import page
from benchmarks.capacity.costs import load
from benchmarks.capacity.deliveries import Published, Times, pushed_at
from benchmarks.capacity.partitions import murmur2, partition_of
from benchmarks.capacity.scenarios import SCENARIOS, WORKERS, Outcome, outcomes
from benchmarks.capacity.sizing import Assumptions, need
from benchmarks.cluster.costs import Costs
from benchmarks.cluster.cpu import part_of
from infrastructure.delivery.fan_out import ACTIVE_MAX

TIMES = Times(tweet=0.5, slice=0.25, delivery=0.001)
"""A slice of 1,000 takes 1.25 s, and a tweet 0.5 s more."""


def test_tweets_of_a_worker_wait_for_each_other() -> None:
    tweets = [Published(0.0, 0, 100), Published(0.0, 0, 100), Published(10.0, 0, 100)]
    assert pushed_at(tweets, [0], TIMES) == pytest.approx([0.85, 1.7, 10.85])


def test_a_large_tweet_takes_turns_with_the_small_ones_behind_it() -> None:
    tweets = [Published(0.0, 0, 3_000), Published(0.0, 0, 100), Published(0.0, 0, 100)]
    # Its first slice and, in the same step, its second end at 3.0 s; the next small one comes before its third.
    assert pushed_at(tweets, [0], TIMES) == pytest.approx([5.1, 3.85, 5.95])


def test_workers_with_a_common_queue_share_the_tweets() -> None:
    tweets = [Published(0.0, 0, 100)] * 4
    assert pushed_at(tweets, [0, 0], TIMES) == pytest.approx([0.85, 0.85, 1.7, 1.7])


def test_a_tweet_waits_for_the_worker_of_its_queue_while_another_one_is_idle() -> None:
    tweets = [Published(0.0, 0, 100), Published(0.0, 0, 100), Published(0.0, 1, 100)]
    assert pushed_at(tweets, [0, 1], TIMES) == pytest.approx([0.85, 1.7, 0.85])


def test_what_is_due_in_the_outbox_is_taken_by_any_worker() -> None:
    tweets = [Published(0.0, 0, 1_000)] * 3
    assert pushed_at(tweets, [0, 1], TIMES) == pytest.approx([1.75, 3.5, 5.25])
    assert pushed_at(tweets, [0, 1], TIMES, due_after=2.0) == pytest.approx([1.75, 3.5, 2.0 + 1.75])


def test_a_worker_has_no_more_tweets_under_way_than_the_real_one() -> None:
    tweets = [Published(0.0, 0, 10_000)] * (ACTIVE_MAX + 1)
    times = Times(tweet=0.0, slice=1.0, delivery=0.0)
    pushed = pushed_at(tweets, [0], times)
    # Each new tweet's first slice comes with one slice of another, until so many are under way.
    assert pushed[-1] == max(pushed) == 10.0 * len(tweets)


@pytest.mark.parametrize(
    ("key", "number"),
    [("21", -973932308), ("foobar", -790332482), ("a-little-bit-long-string", -985981536), ("abc", 479470107)],
)
def test_authors_are_in_the_partitions_that_kafka_chooses(key: str, number: int) -> None:
    # These numbers are from the tests of Kafka's own client.
    assert murmur2(key.encode()) == number % 2**32
    assert partition_of(key, 7) == (number & 0x7FFFFFFF) % 7


def test_a_skewed_hub_holds_up_partitions_and_the_outbox_heals_that() -> None:
    followers = {"hub": 5_000, **{f"user-{number}": 10 for number in range(500)}}
    times = Times(tweet=0.01, slice=0.01, delivery=0.0002)
    by_title = {each.title: outcomes(followers, each, times, (1, 16)) for each in SCENARIOS}
    speed_up = {
        title: many.deliveries_per_second / alone.deliveries_per_second for title, (alone, many) in by_title.items()
    }
    assert speed_up["any worker, the followed publish more"] > 15
    assert speed_up["the same without an outbox"] < 2
    assert speed_up["by author, the followed publish more"] > 12
    assert speed_up["the same, pulled from 1,000 followers"] > 12


def test_the_same_question_has_the_same_answer() -> None:
    followers = {f"user-{number}": number for number in range(50)}
    first, second = (outcomes(followers, SCENARIOS[0], TIMES, (1, 4)) for _ in range(2))
    assert first == second


def test_a_need_is_the_rates_times_the_costs() -> None:
    costs = Costs(
        read={"serve": 1_000.0, "postgres": 100.0, "redis": 50.0},
        publish={"serve": 2_000.0, "postgres": 500.0, "redis": 0.0},
        delivery={"serve": 0.0, "postgres": 0.0, "redis": 10.0},
    )
    # 86,400 users who all come, with one tweet a day: one tweet a second.
    assumed = Assumptions(active=1.0, reads=10.0, tweets=1.0, follows=100.0, present=0.5, peak=1.0, busy=0.5)
    what = need(86_400, costs, assumed)
    assert (what.reads, what.publishes, what.deliveries) == pytest.approx((10.0, 1.0, 50.0))
    assert what.cpus == pytest.approx({"serve": 0.024, "postgres": 0.003, "redis": 0.002})
    # Redis has one CPU, PostgreSQL sixty-four.
    assert what.bottleneck == "redis"
    assert what.users_at_most == pytest.approx(86_400 / 0.002)
    without = replace(costs, read={"postgres": 100.0}, publish={"postgres": 500.0}, delivery={})
    assert need(86_400, without, assumed).bottleneck == "postgres"


def test_the_tables_of_the_page_are_those_of_the_measured_costs() -> None:
    text = page.PAGE.read_text()
    assert page.filled(text, load()) == text


def test_a_plot_is_the_same_each_time(tmp_path: Path) -> None:
    simulated = {each.title: [Outcome(number, 10.0 * number, 1 / number) for number in WORKERS] for each in SCENARIOS}
    for name in ("one", "two"):
        page.draw(simulated, tmp_path / f"{name}.svg")
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()


@pytest.mark.parametrize("part", ["nginx", "serve", "kafka", "cassandra", "moto", "dynalite", "elasticmq"])
def test_a_process_belongs_to_the_part_in_whose_folder_it_runs(part: str) -> None:
    assert part_of(f"/run/perch-{part}-a1b2_c3") == part
    assert part_of(f"/var/perch-trials/perch-cluster-x/perch-{part}-a1b2_c3/disk/data") == part
    assert part_of("/home/perch/perch") == ""


def test_copies_are_counted_and_what_stands_for_aws_is_not() -> None:
    act = {"serve": 2_000.0, "cassandra": 100.0, "dynalite": 5_000.0}
    what = need(1_000_000, Costs(act, act, act), Assumptions())
    assert what.cpus.keys() == {"serve", "cassandra"}
    assert what.cpus["cassandra"] == pytest.approx(what.cpus["serve"] * 3 * 100 / 2_000)
    assert what.bottleneck == "cassandra"
