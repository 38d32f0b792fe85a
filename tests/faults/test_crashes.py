"""A real process under load is killed at any moment: nothing that was answered is lost, and nothing is half done."""

import os
import random
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.faults.crash_process import END_SECONDS, CrashProcess, Failpoint, kill_while_it_starts
from tests.faults.crash_readers import TIMELINE, Poller, StreamReader, check_given
from tests.faults.crash_writer import Writer, stored
from tests.faults.report import record
from tests.integration.effort import LONG

USERS = ("ann", "ben", "cat", "dan", "eve", "fay")
ROUNDS = 1000 if LONG else 50
ROUNDS_A_FILE = 25
ROUNDS_A_STEP = 100 if LONG else 5
KILLED_AFTER_SECONDS = (0.01, 0.2)
KILLED_AT_START_SECONDS = (0.1, 0.5)
PASSAGES_MAX = 30
STEPS = ("before the commit", "after the commit", "before an apply")


class Party:
    """Users who write, poll and read a stream, on one file over all its crashes."""

    def __init__(self, database: Path, rng: random.Random) -> None:
        self._database = database
        self._rng = rng
        self._writers = [
            Writer(user, [other for other in USERS if other != user], random.Random(rng.random())) for user in USERS
        ]
        self._poller, self._stream = Poller("rae"), StreamReader("ron")
        self.answered = 0

    def begin(self) -> None:
        """The readers follow all who write."""
        with CrashProcess(self._database) as perch:
            for reader in (self._poller.user, self._stream.user):
                with perch.client(reader) as client:
                    for user in USERS:
                        client.follow(user)

    def crash(self, failpoint: Failpoint | None = None) -> None:
        """Starts the service, compares, and has it killed under load: at a random moment, or at the failpoint."""
        with CrashProcess(self._database, failpoint) as perch, ThreadPoolExecutor(len(USERS) + 2) as pool:
            self._check(perch)
            if failpoint is not None:
                perch.arm()
            reading = self._read(pool, perch)
            writing = [pool.submit(self._write, perch, writer) for writer in self._writers]
            if failpoint is None:
                time.sleep(self._rng.uniform(*KILLED_AFTER_SECONDS))
                perch.kill()
            else:
                perch.await_end()
            self.answered += sum(each.result(END_SECONDS) for each in writing)
            for each in reading:
                each.result(END_SECONDS)

    def end(self) -> None:
        """Starts it once more, compares, and lets the stream catch up."""
        with CrashProcess(self._database) as perch, ThreadPoolExecutor(2) as pool:
            self._check(perch)
            reading = self._read(pool, perch)
            self._stream.await_all(self._there())
            perch.kill()
            for each in reading:
                each.result(END_SECONDS)
        check_given(self._stream.given, self._there(), self._ever())

    def _write(self, perch: CrashProcess, writer: Writer) -> int:
        with perch.client(writer.user) as client:
            return writer.write_until_it_is_gone(client)

    def _poll(self, perch: CrashProcess) -> None:
        with perch.client(self._poller.user) as client:
            self._poller.poll_until_it_is_gone(client)

    def _read(self, pool: ThreadPoolExecutor, perch: CrashProcess) -> list[Future[None]]:
        return [pool.submit(self._poll, perch), pool.submit(self._stream.read_until_it_is_gone, perch.port)]

    def _check(self, perch: CrashProcess) -> None:
        for writer in self._writers:
            with perch.client(writer.user) as client:
                writer.check(client)
        author_of = {tweet_id: writer.user for writer in self._writers for tweet_id in writer.tweets}
        follows = {writer.user: writer.follows for writer in self._writers}
        follows |= {reader: set(USERS) for reader in (self._poller.user, self._stream.user)}
        for user, followees in follows.items():
            oracle = sorted((id_ for id_, author in author_of.items() if author in followees), reverse=True)
            with perch.client(user) as client:
                assert list(stored(client, TIMELINE)) == oracle
        with perch.client(self._poller.user) as client:
            self._poller.poll(client)
        check_given(self._poller.given, self._there(), self._ever())
        check_given(self._stream.given, (), self._ever())

    def _there(self) -> set[int]:
        return {tweet_id for writer in self._writers for tweet_id in writer.tweets}

    def _ever(self) -> set[int]:
        return self._there().union(*[writer.deleted for writer in self._writers])


@pytest.fixture
def rng() -> random.Random:
    seed = os.environ.get("CRASH_SEED") or str(random.SystemRandom().randrange(1 << 32))
    print(f"CRASH_SEED={seed}")
    return random.Random(seed)


@pytest.mark.parametrize("file", range(ROUNDS // ROUNDS_A_FILE))
def test_killed_at_any_moment(tmp_path: Path, rng: random.Random, file: int) -> None:
    started, database = time.monotonic(), tmp_path / "perch.db"
    party = Party(database, rng)
    kill_while_it_starts(database, rng.uniform(*KILLED_AT_START_SECONDS))
    party.begin()
    for _ in range(ROUNDS_A_FILE):
        party.crash()
    kill_while_it_starts(database, rng.uniform(*KILLED_AT_START_SECONDS))
    party.end()
    seconds = time.monotonic() - started
    record(f"killed under load, file {file}", rounds=ROUNDS_A_FILE, answered=party.answered, lost=0, seconds=seconds)
    assert party.answered > ROUNDS_A_FILE


@pytest.mark.timeout(0 if LONG else 300)
@pytest.mark.parametrize("step", STEPS)
def test_killed_inside_a_commit(tmp_path: Path, rng: random.Random, step: str) -> None:
    party = Party(tmp_path / "perch.db", rng)
    party.begin()
    for _ in range(ROUNDS_A_STEP):
        party.crash(Failpoint(step, rng.randint(1, PASSAGES_MAX)))
    party.end()
    record(f"killed {step}", rounds=ROUNDS_A_STEP, answered=party.answered, lost=0)
