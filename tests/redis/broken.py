"""Processes that each break one rule of the epochs, or of the timelines' protocol."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

from app.compose import Adapters
from app.compose.ports import Looks
from domain.user import Followees
from infrastructure.memory.timeline import Room
from infrastructure.outside.whereabouts import Whereabouts
from infrastructure.redis.connections import Answer, Connections
from infrastructure.redis.primary import INFO, Epoch, Primary
from infrastructure.redis.timelines import RedisTimelines
from tests.integration.watched import Wrapper
from tests.redis.world import BOUNDS, IDLE_SECONDS, EpochRow, Process
from usecases.home_timeline.looks import SeparateLooks


class KeysWithoutEpoch(RedisTimelines):
    def _key(self, epoch: Epoch, user_id: str) -> str:
        return super()._key(epoch._replace(number=0), user_id)


class EpochNotInKeys(Process):
    def new_timelines(self, primary: Primary) -> RedisTimelines:
        return KeysWithoutEpoch(self.connections, primary, Room.for_entries(BOUNDS.capacity), IDLE_SECONDS)


class EarlyEpochLooks(SeparateLooks):
    """Takes the epoch before the look at the outbox; without `include_self`."""

    def __init__(self, process: Process, adapters: Adapters) -> None:
        super().__init__(adapters.tweets, adapters.graph, adapters.timelines)
        self._process = process

    def first(
        self,
        user_id: str,
        low: int,
        high: int,
        limit: int,
        *,
        include_self: bool,  # noqa: ARG002
    ) -> tuple[Followees, Sequence[int], Any]:
        epoch = self._process.primary.current()
        followees = self._graph.followees(user_id)
        unpushed = self._tweets.unpushed(followees.authors, low, high, limit)
        where = Whereabouts(None, None, *epoch)
        return followees, unpushed, self._process.timelines.view_at(where, user_id, low, high, limit)


class EpochBeforeOutbox(Process):
    def changed(self, adapters: Adapters) -> Adapters:
        return replace(adapters, looks=cast("Looks", EarlyEpochLooks(self, adapters)))


class CachedEpochs(Wrapper):
    """Never looks again at a row that it has found."""

    def __init__(self, epochs: object) -> None:
        super().__init__(epochs)
        self._found = (0, "")

    def current(self) -> tuple[int, str]:
        if not self._found[0]:
            self._found = self._store.current()
        return self._found


class PushesWithCachedEpoch(Wrapper):
    def __init__(self, timelines: RedisTimelines, process: Process) -> None:
        super().__init__(timelines)
        primary = Primary(
            process.connections,
            cast("EpochRow", CachedEpochs(process.epochs)),
            process.primary._circuit,
            lambda: 0.0,
            renew_seconds=0.0,
        )
        self._pushes = process.new_timelines(primary)

    def push(self, tweet_id: int, user_ids: Sequence[str]) -> int:
        return self._pushes.push(tweet_id, user_ids)


class EpochBeforeCommit(Process):
    def changed_timelines(self, timelines: RedisTimelines) -> Any:  # noqa: ANN401
        return PushesWithCachedEpoch(timelines, self)


class ClaimsWithoutNumber(Wrapper):
    _store: EpochRow

    def current(self) -> tuple[int, str]:
        return self._store.current()

    def claim(self, epoch: int, identity: str) -> None:
        if self._store.row[0] == epoch:
            self._store.row = (max(epoch, 1), identity)


class ClaimDoesNotRaise(Process):
    def changed_epochs(self, epochs: EpochRow) -> EpochRow:
        return cast("EpochRow", ClaimsWithoutNumber(epochs))


class TrustingConnections(Wrapper):
    """Tells each script that its server is the right one."""

    def ask(self, *commands: bytes) -> list[Answer]:
        server, replication = self._store.ask(*INFO)
        run_id = re.search(rb"run_id:(\w+)", server)
        replid = re.search(rb"master_replid:(\w+)", replication)
        assert run_id is not None
        assert replid is not None
        answers: list[Answer] = self._store.ask(*(_with_identity(one, run_id[1], replid[1]) for one in commands))
        return answers


def _with_identity(command: bytes, run_id: bytes, replid: bytes) -> bytes:
    """Replaces the identity in EVALSHA, which follows the digest of the script and the keys."""
    if not command.startswith(b"*") or b"EVALSHA" not in command:
        return command
    parts = re.split(rb"(?<=\$40\r\n)(\w{40})", command)
    parts[-4], parts[-2] = run_id, replid
    return b"".join(parts)


class ScriptsDoNotCompare(Process):
    def changed_connections(self, connections: Connections) -> Connections:
        return cast("Connections", TrustingConnections(connections))


class MergesIntoAny(Wrapper):
    def merge(self, user_id: str, _: int, ids: Any, floor: int, mark: int) -> None:  # noqa: ANN401
        self._store.merge(user_id, self._store.install(user_id)[0], ids, floor, mark)


class TokenIsIgnored(Process):
    def changed_timelines(self, timelines: RedisTimelines) -> Any:  # noqa: ANN401
        return MergesIntoAny(timelines)


BREAKS = {
    "epoch-in-keys": EpochNotInKeys,
    "epoch-after-outbox": EpochBeforeOutbox,
    "epoch-after-commit": EpochBeforeCommit,
    "claim-raises": ClaimDoesNotRaise,
    "scripts-compare": ScriptsDoNotCompare,
    "token": TokenIsIgnored,
}
"""By the rule that each breaks."""
