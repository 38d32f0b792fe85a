"""Picks the broker that takes hints from the processes that serve to those that work. Each needs an extra."""

from typing import Protocol

from app.compose.extras import needed_extra
from app.compose.role import Role
from app.settings import Settings, naming
from infrastructure.events.broker import Broker
from infrastructure.events.dead import DeadEvents
from infrastructure.events.no_hints import NoHints


class Opening(Protocol):
    """What the module `opening` of each broker has. All raise `ValueError` with what EVENTS_URL must be."""

    def open_sending(self, url: str, capacity: int) -> Broker:
        """Opens the sending side, whose buffer holds `capacity` hints; returns also while nothing answers."""

    def open_taking(self, url: str, capacity: int) -> Broker:
        """Opens the taking side, which keeps at most `capacity` hints here; returns also while nothing answers."""

    def open_dead(self, url: str) -> DeadEvents:
        """Opens the dead events."""

    def prepare(self, url: str) -> list[str]:
        """Makes the topics or queues that are not there, and returns all their names; raises `Unavailable`."""


def open_events(settings: Settings, role: Role) -> Broker:
    """Opens the sending side for `serve` and the taking side for `work`; without a broker there are no hints.

    Raises `BadSetting` if the extra is missing or the address is bad.
    """
    if not settings.store.events_url:
        return Broker(NoHints(), NoHints())
    engine = broker(settings)
    url, capacity = settings.store.events_url, settings.timelines.event_queue_capacity
    with naming("EVENTS_URL"):
        return engine.open_taking(url, capacity) if role.works else engine.open_sending(url, capacity)


def broker(settings: Settings) -> Opening:
    """Returns what opens the broker that `EVENTS_URL` names. Raises `BadSetting` if its extra is not installed."""
    with needed_extra():
        if settings.store.events_url.startswith("sqs:"):
            from infrastructure.aws import opening as aws  # noqa: PLC0415 - its extra may not be installed

            return aws
        from infrastructure.kafka import opening as kafka  # noqa: PLC0415

        return kafka
