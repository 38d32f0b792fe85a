"""A long run of mixed load: memory grows only with the stored tweets, and every timeline is exact at the end."""

import os
import re
import time

from tests.e2e.conftest import StartPerch
from tests.e2e.perch_process import PerchProcess
from tests.faults.exactness import Differences
from tests.faults.mixed_load import Ledger, MixedLoad
from tests.faults.report import record
from tests.faults.vital_signs import vital_signs
from tests.http.client import Client
from tests.http.walking import walk
from tests.http.wire import OverSocket

SECONDS = float(os.environ.get("SOAK_SECONDS", "8"))
WORKERS = 6
USERS = [[f"user-{worker}-{number}" for number in range(20)] for worker in range(WORKERS)]
BYTES_PER_TWEET_MAX = 4096 if SECONDS >= 60 else 16_384
"""A short run includes a one-time growth of about 1.3 MB, hence the larger limit and `TWEETS_MIN`."""

TWEETS_MIN = 300

FLAT_MIB_MAX = 6.0
IDLE_SECONDS_MAX = 30.0

HELD = re.compile(rb"^perch_timelines (\S+)$", re.MULTILINE)
DISCARDED = re.compile(rb'^perch_timelines_discarded_total\{reason="idle"\} (\S+)$', re.MULTILINE)


def test_memory_grows_only_with_stored_tweets_and_every_timeline_is_exact(start_perch: StartPerch) -> None:
    perch = start_perch(TIMELINE_IDLE_SECONDS="1", TIMELINE_CAPACITY="50", LOG_LEVEL="ERROR")
    ledgers = [Ledger() for _ in USERS]
    with MixedLoad(perch.url, USERS, ledgers) as load:
        load.run_for(SECONDS / 4)
        load.run_until(lambda: all(ledger.requests for ledger in ledgers))
        early, tweets_early = vital_signs(perch.process.pid), stored(ledgers)
        load.run_for(SECONDS / 2)
        load.run_until(lambda: stored(ledgers) >= tweets_early + TWEETS_MIN)
        late, tweets_late = vital_signs(perch.process.pid), stored(ledgers)
        load.publishing.clear()
        load.run_for(SECONDS / 8)
        settled = vital_signs(perch.process.pid)
        load.run_for(SECONDS / 8)
        flat = vital_signs(perch.process.pid)
    await_discarded(perch)
    differences = compare(perch, ledgers)

    bytes_per_tweet = (late.memory_mib - early.memory_mib) * 2**20 / (tweets_late - tweets_early)
    record(
        f"mixed load for {SECONDS:g} s",
        requests=sum(ledger.requests for ledger in ledgers),
        tweets=tweets_late,
        follows=sum(len(ledger.follows) for ledger in ledgers),
        bytes_per_tweet=int(bytes_per_tweet),
        mib_grown_without_publishing=flat.memory_mib - settled.memory_mib,
        timelines_discarded=int(scraped(perch, DISCARDED)),
        timelines_compared=differences.reads,
        missing=differences.missing,
        doubled=differences.doubled,
        ghosts=differences.ghosts,
    )
    assert not differences.any
    assert bytes_per_tweet < BYTES_PER_TWEET_MAX
    assert flat.memory_mib - settled.memory_mib < FLAT_MIB_MAX
    assert (flat.threads, flat.files) == (early.threads, early.files)


def stored(ledgers: list[Ledger]) -> int:
    return sum(len(ledger.tweets) for ledger in ledgers)


def scraped(perch: PerchProcess, name: "re.Pattern[bytes]") -> float:
    found = name.search(perch.call("GET", "/metrics")[1])
    assert found is not None
    return float(found[1])


def await_discarded(perch: PerchProcess) -> None:
    """Waits until all timelines are discarded as idle."""
    deadline = time.monotonic() + IDLE_SECONDS_MAX
    while scraped(perch, HELD):
        assert time.monotonic() < deadline, "idle timelines are still held"
        time.sleep(0.5)  # the process discards idle timelines periodically


def compare(perch: PerchProcess, ledgers: list[Ledger]) -> Differences:
    """Compares every user's whole timeline, which is rebuilt, with the ledgers."""
    author_of = {tweet: author for ledger in ledgers for tweet, author in ledger.tweets.items()}
    follows = {follow for ledger in ledgers for follow in ledger.follows}
    differences = Differences()
    transport = OverSocket(perch.url)
    for user in (user for users in USERS for user in users):
        pages = walk(Client(transport, user), "/v1/users/me/timeline?limit=100")
        returned = [int(tweet["id"]) for page in pages for tweet in page["data"]]
        expected = sorted((tweet for tweet, author in author_of.items() if (user, author) in follows), reverse=True)
        differences.compare(returned, expected)
    transport.close()
    return differences
