"""A long run of mixed load: memory is flat but for tweets that it holds, and every timeline is exact at the end.

`PROFILE` names the cluster that it runs on; an empty one is one `serve` in memory. Without it, both are tried shortly.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from cluster.profiles import PROFILES
from tests.engines.until import until
from tests.faults.exactness import Differences
from tests.faults.mixed_load import Ledger, MixedLoad
from tests.faults.report import record
from tests.faults.soaked import ALONE, Soaked, soaked
from tests.faults.vital_signs import VitalSigns
from tests.http.client import Client
from tests.http.repeating import Repeating
from tests.http.walking import walk
from tests.http.wire import OverSocket

SECONDS = float(os.environ.get("SOAK_SECONDS", "8"))
IS_LONG = SECONDS >= 60
WORKERS = 6
USERS = [[f"user-{worker}-{number}" for number in range(20)] for worker in range(WORKERS)]
BYTES_PER_TWEET_MAX = 4096 if IS_LONG else 16_384
"""Where tweets are in memory. A short run includes a one-time growth of about 1.3 MB, hence the larger limit and
`TWEETS_MIN`."""

TWEETS_MIN = 300
CACHE_MIB = 8.0
"""What the cache of rendered tweets grows to, the only place where a process of a cluster holds tweets."""

GROWN_MIB_MAX = CACHE_MIB + 2.0 if IS_LONG else 24.0
"""The bound of each process of a cluster. In a short run it is still starting."""

FLAT_MIB_MAX = 6.0
FILES_MORE_MAX = 8
"""A process of a cluster opens as many connections as are needed at once: at most so many to PostgreSQL. A
leak would be of hundreds."""

IDLE_SECONDS_MAX = 30.0

CONNECTIONS = "perch_database_connections"

ASKED = os.environ.get("PROFILE")
TRIED = [ALONE, "postgres"] if ASKED is None else [ASKED or ALONE]

Signs = dict[str, VitalSigns]


@pytest.mark.parametrize(
    "profile", [pytest.param(each, marks=[pytest.mark.engines] if each in PROFILES else []) for each in TRIED]
)
def test_memory_grows_only_with_stored_tweets_and_every_timeline_is_exact(profile: str, tmp_path: Path) -> None:
    tweets_min = TWEETS_MIN if profile == ALONE else 1
    ledgers = [Ledger() for _ in USERS]
    with soaked(profile, tmp_path) as perch:
        with MixedLoad(perch.url, USERS, ledgers) as load:
            load.run_for(SECONDS / 4)
            load.run_until(lambda: all(ledger.requests for ledger in ledgers))
            early, tweets_early = perch.signs(), stored(ledgers)
            connections = perch.metric(CONNECTIONS)
            load.run_for(SECONDS / 2)
            load.run_until(lambda: stored(ledgers) >= tweets_early + tweets_min)
            late, tweets_late = perch.signs(), stored(ledgers)
            load.publishing.clear()
            load.run_for(SECONDS / 8)
            settled = perch.signs()
            load.run_for(SECONDS / 8)
            flat = perch.signs()
            connections_flat = perch.metric(CONNECTIONS)
        perch.await_pushed()
        if profile == ALONE:
            until(lambda: not perch.metric("perch_timelines"), IDLE_SECONDS_MAX)
        discarded = perch.metric('perch_timelines_discarded_total{reason="idle"}')
        differences = compare(perch, ledgers)

    grown, grown_without = most_grown(early, late), most_grown(settled, flat)
    record(
        f"mixed load for {SECONDS:g} s, {profile}",
        requests=sum(ledger.requests for ledger in ledgers),
        answered_503=sum(ledger.refused for ledger in ledgers),
        tweets=tweets_late,
        follows=sum(len(ledger.follows) for ledger in ledgers),
        mib=", ".join(f"{name} {early[name].memory_mib:.0f} to {late[name].memory_mib:.0f}" for name in early),
        bytes_per_tweet=int(grown * 2**20 / (tweets_late - tweets_early)),
        mib_grown_without_publishing=grown_without,
        threads=f"{total(early, 'threads')} to {total(flat, 'threads')}",
        files=f"{total(early, 'files')} to {total(flat, 'files')}",
        connections_to_postgresql=f"{connections:g} to {connections_flat:g}",
        timelines_discarded=int(discarded),
        timelines_compared=differences.reads,
        missing=differences.missing,
        doubled=differences.doubled,
        ghosts=differences.ghosts,
    )
    assert not differences.any
    assert grown_without < FLAT_MIB_MAX
    assert {name: signs.threads for name, signs in flat.items()} == {name: each.threads for name, each in early.items()}
    assert max(flat[name].files - early[name].files for name in flat) <= FILES_MORE_MAX
    if profile == ALONE:
        assert grown * 2**20 < BYTES_PER_TWEET_MAX * (tweets_late - tweets_early)
    else:
        assert grown < GROWN_MIB_MAX


def stored(ledgers: list[Ledger]) -> int:
    return sum(len(ledger.tweets) for ledger in ledgers)


def total(signs: Signs, of: str) -> int:
    """The sum over all processes."""
    return sum(getattr(each, of) for each in signs.values())


def most_grown(before: Signs, after: Signs) -> float:
    """The MiB by which the memory of that process grew which grew most."""
    return max(after[name].memory_mib - before[name].memory_mib for name in before)


def compare(perch: Soaked, ledgers: list[Ledger]) -> Differences:
    """Compares every user's whole timeline with the ledgers; several at once, for there may be many pages."""
    author_of = {tweet: author for ledger in ledgers for tweet, author in ledger.tweets.items()}
    follows = {follow for ledger in ledgers for follow in ledger.follows}
    differences = Differences()
    with ThreadPoolExecutor(WORKERS) as pool:
        for found in pool.map(partial(compare_some, perch.url, author_of, follows), USERS):
            differences.add(found)
    return differences


def compare_some(
    url: str, author_of: dict[int, str], follows: set[tuple[str, str]], users: Sequence[str]
) -> Differences:
    """Compares the timelines of these users."""
    differences = Differences()
    transport = OverSocket(url)
    for user in users:
        pages = walk(Client(Repeating(transport), user), "/v1/users/me/timeline?limit=100")
        returned = [int(tweet["id"]) for page in pages for tweet in page["data"]]
        expected = sorted((tweet for tweet, author in author_of.items() if (user, author) in follows), reverse=True)
        differences.compare(returned, expected)
    transport.close()
    return differences
