"""The rules of partitions by user and generation, each with a schedule in which it matters, and parts that break it."""

from collections.abc import Sequence
from typing import Any

from domain.timeline import Installed
from infrastructure.outside.partitioned import Head, PartitionedTimelines
from infrastructure.outside.whereabouts import Whereabouts
from tests.dynamodb.worlds import Parts
from tests.engines.broken_timelines import view_then_unpushed
from tests.engines.timeline_rules import ALL, AUTHOR, BOTH, PREPARED, READER, Rule, home, install
from tests.integration import actions as do
from tests.integration.broken import mark_without_install, merge_into_any_generation, push_after_done, replacing
from tests.integration.watched import Wrapper

READ = do.read(READER, 100)
DELIVER = do.deliver(ALL)


class HeadBeforeEntries(PartitionedTimelines):
    def _merge(self, user_id: str, generation: int, ids: Sequence[int], head: Head) -> None:
        self._partitions.set_head(user_id, generation, head)
        self._partitions.add_all(user_id, generation, ids)


class EntriesBeforeHead(Wrapper):
    def view(self, user_id: str, generation: int, *asked: int) -> Any:  # noqa: ANN401
        found = self._store.view(user_id, generation, *asked)
        head = self._store.head(user_id, generation)
        return head and (head, found[1] if found else [])


class CachedGenerations(Wrapper):
    """A push goes to the generations that there were at the push before."""

    _known: Sequence[tuple[str, int]] = ()

    def generations(self, user_ids: Sequence[str]) -> Sequence[tuple[str, int]]:
        known = self._known
        self._known = self._store.generations(user_ids)
        return [(user, generation) for user, generation in known if user in user_ids]


class OneGeneration(Wrapper):
    """All timelines of a user have the same generation."""

    def find(self, user_id: str) -> Whereabouts:
        found: Whereabouts = self._store.find(user_id)
        return found._replace(generation=found.generation and 1)

    def install(self, user_id: str) -> Installed:
        found: Installed = self._store.install(user_id)
        return found._replace(generation=1)

    def generations(self, user_ids: Sequence[str]) -> Sequence[tuple[str, int]]:
        return [(user, 1) for user, _ in self._store.generations(user_ids)]


RULES: dict[str, Rule[Parts]] = {
    "unpushed tweets are looked at before the timeline": Rule(
        [*PREPARED, do.publish(AUTHOR)],
        READ,
        [DELIVER],
        Parts(change=replacing("looks", first=view_then_unpushed)),
    ),
    "a push takes the generations after the commit of its tweet": Rule(
        [*PREPARED, do.publish_and_deliver(AUTHOR)],
        do.publish_and_deliver(AUTHOR),
        [do.discard(READER), home(READER)],
        Parts(readers=CachedGenerations),
    ),
    "a merge writes the entries before the head": Rule(
        BOTH, do.prepare(READER), [home(READER)], Parts(timelines=HeadBeforeEntries)
    ),
    "a view takes the head before the entries, or with them": Rule(
        BOTH, READ, [do.prepare(READER)], Parts(partitions=EntriesBeforeHead)
    ),
    "no generation is used twice": Rule(
        [*PREPARED, do.discard(READER)],
        do.prepare(READER),
        [do.publish_unseen(READER, AUTHOR), install(READER)],
        Parts(readers=OneGeneration),
    ),
    "a timeline is installed before the logs are read": Rule(
        [*PREPARED, do.discard(READER)],
        do.prepare(READER),
        [do.publish_and_deliver(AUTHOR)],
        Parts(change=replacing("timelines", install=mark_without_install, merge=merge_into_any_generation)),
    ),
    "an outbox row goes after the push": Rule(
        [*PREPARED, do.publish(AUTHOR)],
        DELIVER,
        [home(READER)],
        Parts(change=replacing("timelines", push=push_after_done)),
    ),
}
