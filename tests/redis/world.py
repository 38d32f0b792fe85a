"""Several processes of Perch, driven look by look: timelines in Redis, and all else in memory."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import count
from typing import Any, TypeVar

from app.compose import Adapters
from app.compose.use_cases import Sizes, UseCases, make_use_cases
from app.settings import Settings
from domain.delivery import Delivery
from infrastructure.memory.timeline import Room
from infrastructure.outside.circuit import PAUSE_SECONDS, Circuit
from infrastructure.outside.epochs import Epochs
from infrastructure.redis.connections import Connections
from infrastructure.redis.primary import Primary
from infrastructure.redis.timelines import RedisTimelines
from infrastructure.streams.subscriptions import Subscriptions
from tests.fakes.strand import Strand, stepped
from tests.integration.pages import ids_of
from tests.integration.readings import read_page, top
from tests.integration.stores import Bounds, WorldStores, in_memory
from tests.redis.servers import Servers
from usecases.delete_tweet import DeleteTweetRequest
from usecases.follow_user import FollowUserRequest
from usecases.home_timeline.read import HomeTimelinePage, ReadHomeTimelineRequest, Walk
from usecases.publish_tweet import PublishTweetRequest
from usecases.unfollow_user import UnfollowUserRequest

TIMEOUT_SECONDS = 20.0
IDLE_SECONDS = 3600.0
BOUNDS = Bounds(slice_size=2, max_attempts=1_000_000)
USERS = ("uma", "vic", "wes")
AUTHORS = ("ann", "ben")

Result = TypeVar("Result")


class EpochRow:
    """The row of the epoch, as PostgreSQL keeps it."""

    def __init__(self) -> None:
        self.row = (0, "")

    def current(self) -> tuple[int, str]:
        return self.row

    def claim(self, epoch: int, identity: str) -> None:
        if self.row[0] == epoch and self.row[1] != identity:
            self.row = (epoch + 1, identity)


class Process:
    """One process: its connections, its adapter and its use cases. Subclasses break one rule each."""

    def __init__(self, adapters: Adapters, epochs: EpochRow, url: str) -> None:
        self.epochs: Epochs = stepped(self.changed_epochs(epochs), "epochs")
        self.connections = stepped(self.changed_connections(Connections(url, TIMEOUT_SECONDS)), "redis")
        # A circuit that never keeps a call from Redis.
        seconds = count(0.0, 2 * PAUSE_SECONDS)
        circuit = Circuit("redis", lambda: next(seconds))
        self.primary = Primary(self.connections, self.epochs, circuit, lambda: 0.0, renew_seconds=0.0)
        self.timelines = self.changed_timelines(self.new_timelines(self.primary))
        settings = Settings.from_environment({"TIMELINE_CAPACITY": str(BOUNDS.capacity)})
        adapters = self.changed(replace(adapters, timelines=self.timelines))
        self.use_cases: UseCases = make_use_cases(
            settings, adapters, Subscriptions(0), lambda _: None, Sizes(BOUNDS.slice_size)
        )

    def changed_epochs(self, epochs: EpochRow) -> EpochRow:
        return epochs

    def changed_connections(self, connections: Connections) -> Connections:
        return connections

    def new_timelines(self, primary: Primary) -> RedisTimelines:
        return RedisTimelines(self.connections, primary, Room.for_entries(BOUNDS.capacity), IDLE_SECONDS)

    def changed_timelines(self, timelines: RedisTimelines) -> Any:  # noqa: ANN401 - a broken one may be of any kind
        return timelines

    def changed(self, adapters: Adapters) -> Adapters:
        return adapters


MakeProcess = Callable[[Adapters, EpochRow, str], Process]


class Reader:
    """A process, as a user reads by it; the oracle knows the truth."""

    def __init__(self, stores: WorldStores, process: Process) -> None:
        self.oracle = stores.oracle
        self._process = process

    def page(
        self, user_id: str, limit: int = 100, *, include_self: bool = False, since_id: int = 0, walk: Walk | None = None
    ) -> HomeTimelinePage:
        request = ReadHomeTimelineRequest(user_id, limit, include_self, since_id, walk)
        return self._process.use_cases.read.execute(request)


class RedisWorld:
    """Users, and processes that know each other by the stores alone. All users follow the first author."""

    def __init__(self, servers: Servers, make_process: MakeProcess = Process, processes: int = 3) -> None:
        servers.mend()
        self.servers = servers
        self._stores = WorldStores(BOUNDS, in_memory)
        self.epochs = EpochRow()
        self.oracle = self._stores.oracle
        self._strands: list[Strand[Any]] = []
        self.processes = [make_process(self._stores.adapters, self.epochs, servers.url) for _ in range(processes)]
        for user in USERS:
            self.follow(user, AUTHORS[0])

    def publish(self, author: str = AUTHORS[0]) -> int:
        return self.processes[0].use_cases.publish.execute(PublishTweetRequest(author, "a tweet")).tweet.id

    def follow(self, user: str, author: str) -> None:
        self.processes[0].use_cases.follow.execute(FollowUserRequest(user, author))

    def unfollow(self, user: str, author: str) -> None:
        self.processes[0].use_cases.unfollow.execute(UnfollowUserRequest(user, author))

    def delete(self, tweet_id: int) -> None:
        author = self.oracle.tweets()[tweet_id]
        self.processes[0].use_cases.delete.execute(DeleteTweetRequest(author, tweet_id))

    def deliver(self, process: int, tweet_id: int) -> None:
        """Delivers the tweet, or leaves it in the outbox if that fails."""
        left: Delivery | None = Delivery(tweet_id, self.oracle.tweets().get(tweet_id, "deleted"))
        while left is not None:
            left = self.processes[process].use_cases.deliver.execute(left)

    def push(self, process: int, author: str = AUTHORS[0]) -> None:
        """Publishes a tweet and delivers it; a delivery that fails is repeated once."""
        tweet_id = self.publish(author)
        for _ in range(2):
            self.deliver(process, tweet_id)

    def deliver_waiting(self, process: int) -> None:
        """Delivers what is in the outbox."""
        for tweet_id in self._stores.adapters.tweets.unpushed(set(AUTHORS), 0, self.oracle.frontier + 1, 1000):
            self.deliver(process, tweet_id)

    def prepare(self, process: int, user: str = USERS[0]) -> None:
        """Makes the timeline ready, also if the process must notice first that the server is another one."""
        for _ in range(3):
            self.read(process, user)

    def read(self, process: int, user: str) -> None:
        """Reads the timeline and checks it."""
        reader = Reader(self._stores, self.processes[process])
        read_page(reader, top(reader, user), 100)

    def check(self) -> None:
        """Reads every timeline by every process, while nothing else happens."""
        for process in self.processes:
            reader = Reader(self._stores, process)
            for user in USERS:
                ids, expected = ids_of(reader.page(user).tweets), self.oracle.home(user)
                assert ids == expected, f"not exact: {user} sees {ids} instead of {expected}"

    def begin(self, work: Callable[[], Result]) -> Strand[Result]:
        """Begins some work, and stops it before its first look."""
        strand = Strand(work)
        self._strands.append(strand)
        return strand

    def close(self) -> None:
        """Abandons all unfinished strands, and closes the connections."""
        for strand in self._strands:
            strand.abandon()
        for process in self.processes:
            process.connections.drop()


def finish(strands: Iterable[Strand[Any]]) -> None:
    for strand in strands:
        strand.finish()
