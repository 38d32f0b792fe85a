"""The rules of partitions, and the one that engines need which cannot compare and set a head."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from domain.timeline import Installed
from infrastructure.outside.partitioned import Head, PartitionedTimelines
from tests.dynamodb import rules
from tests.dynamodb.worlds import Parts
from tests.engines.timeline_rules import AUTHOR, OTHER, PREPARED, READER, THIRD, Rule, home
from tests.fakes.strand import Strand
from tests.integration import actions as do
from tests.integration.scenes import Scene, action

FOURTH = "eve"

_late: list[Strand[Any]] = []


@action
def begin_late_merge(scene: Scene, user: str) -> None:
    """Begins a merge, which stops before it writes the head."""
    merge = scene.world.begin(partial(scene.world.use_cases.prepare.execute, user))
    merge.run_to("partitions.set_head")
    _late[:] = [merge]


@action
def finish_late_merge(_: Scene) -> None:
    _late.pop().finish()


class HeadOfNow(PartitionedTimelines):
    """Merges into the head that it finds at the end."""

    def _installed(self, user_id: str, generation: int) -> Installed:
        return super()._installed(user_id, generation)._replace(floor=0)

    def _merge(self, user_id: str, generation: int, ids: Sequence[int], head: Head) -> None:
        floor, mark = self._partitions.head(user_id, generation) or (0, 0)
        self._partitions.add_all(user_id, generation, ids)
        self._partitions.set_head(user_id, generation, (max(floor, head[0]), max(mark, head[1])))


RULES = {
    **rules.RULES,
    "a merge relies on the head of its install": Rule(
        [
            *PREPARED,
            *(do.publish_and_deliver(author) for author in (AUTHOR, THIRD, THIRD, THIRD, THIRD, FOURTH)),
            do.follow(READER, OTHER),
            begin_late_merge(READER),
            do.follow(READER, THIRD),
            home(READER),
            do.follow(READER, FOURTH),
        ],
        do.prepare(READER),
        [finish_late_merge()],
        Parts(timelines=HeadOfNow),
    ),
}
