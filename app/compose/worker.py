"""Makes what works in the background."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.compose.adapters import Adapters
from app.compose.use_cases import Sizes, UseCases
from infrastructure.background import BackgroundThread
from infrastructure.delivery.fan_out import FanOut
from infrastructure.delivery.worker import FanOutWorker

HOUSEKEEPING_SECONDS = 10.0
"""The pause between two searches for idle timelines."""


@dataclass(frozen=True, slots=True)
class Work:
    """The fan-out, for a thread or a test to step; its thread, where it has one; and all threads that work."""

    fan_out: FanOut
    worker: FanOutWorker | None
    threads: Sequence[BackgroundThread]


def make_work(
    adapters: Adapters,
    use_cases: UseCases,
    sizes: Sizes = Sizes(),  # noqa: B008 - it is immutable
    *,
    run_worker: bool = True,
) -> Work:
    """Without `run_worker` nothing is pushed but by `fan_out.step`."""

    def keep_house() -> None:
        if adapters.takes_turn():
            for chore in (use_cases.discard_idle.execute, *adapters.chores):
                chore()

    fan_out = FanOut(
        adapters.source,
        adapters.outbox,
        use_cases.deliver,
        sizes.active,
        adapters.look_seconds,
        adapters.clock.monotonic,
    )
    housekeeping = BackgroundThread("housekeeping", keep_house, pause_seconds=HOUSEKEEPING_SECONDS)
    if not run_worker:
        return Work(fan_out, None, [housekeeping])
    worker = FanOutWorker(fan_out, adapters.outbox)
    return Work(fan_out, worker, [worker.thread, housekeeping])
