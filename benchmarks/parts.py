"""Perch as `app.container` builds it, and those of its parts that a benchmark fills and times."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from app import container
from app.config import Settings
from app.container import build
from app.perch import Perch
from infrastructure.memory.follow_graph import MemoryFollowGraph
from infrastructure.memory.timelines import MemoryTimelines
from infrastructure.memory.tweets import MemoryTweets
from usecases.home_timeline.prepare import PrepareHomeTimeline
from usecases.home_timeline.read import ReadHomeTimeline
from usecases.publish_tweet import PublishTweet

KEPT = (MemoryTweets, MemoryFollowGraph, MemoryTimelines, PublishTweet, PrepareHomeTimeline, ReadHomeTimeline)


@dataclass(frozen=True, slots=True)
class Parts:
    """A whole Perch, its stores and three of its use cases."""

    perch: Perch
    tweets: MemoryTweets
    graph: MemoryFollowGraph
    timelines: MemoryTimelines
    publish: PublishTweet
    prepare: PrepareHomeTimeline
    read: ReadHomeTimeline


def build_parts(settings: Settings | None = None, *, run_worker: bool = False) -> Parts:
    """Builds Perch and starts nothing; without a worker nothing is pushed but by `fan_out.step`."""
    settings = settings or Settings(secret_key="benchmark")  # noqa: S106 - it guards nothing
    with _keeping() as kept:
        perch = build(settings, run_worker=run_worker)
    return Parts(perch, *(kept[part.__name__] for part in KEPT))


@contextmanager
def _keeping() -> Iterator[dict[str, Any]]:
    """What the container makes of these classes meanwhile, by their names."""
    kept: dict[str, Any] = {}
    with ExitStack() as patches:
        for part in KEPT:
            patches.enter_context(patch.object(container, part.__name__, _keeper(part, kept)))
        yield kept


def _keeper(part: type, kept: dict[str, Any]) -> Callable[..., Any]:
    def make(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - whatever the part takes
        made = kept[part.__name__] = part(*arguments, **named)
        return made

    return make
