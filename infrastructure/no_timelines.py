"""No prepared timelines: every read merges the author logs."""

from collections.abc import Iterable, Sequence

from domain.timeline import NOTHING_COMPLETE, Installed, TimelineView

LOGS_ALONE = TimelineView((), NOTHING_COMPLETE, (1 << 63) - 1)
"""The view of a timeline that has nothing, and that no merge would make better."""


class NoTimelines:
    """Keeps nothing, and sends every reader to the author logs."""

    def view(self, user_id: str, low: int, high: int, limit: int) -> TimelineView:  # noqa: ARG002 - the same for all
        return LOGS_ALONE

    def install(self, user_id: str) -> Installed:  # noqa: ARG002
        return Installed(0, LOGS_ALONE.mark, LOGS_ALONE.floor)

    def merge(self, user_id: str, generation: int, ids: Iterable[int], floor: int, mark: int) -> None:
        """Keeps nothing."""

    def push(self, tweet_id: int, user_ids: Sequence[str]) -> int:  # noqa: ARG002
        return 0

    def discard(self, user_id: str) -> bool:  # noqa: ARG002
        return False

    def discard_idle(self) -> int:
        return 0

    def held(self) -> int:
        return 0
