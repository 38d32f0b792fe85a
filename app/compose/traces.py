"""Traces, where they are wanted. Only this module needs the extra `otel`."""

from dataclasses import replace
from typing import TYPE_CHECKING

from app.compose.extras import needed_extra
from app.compose.role import Role
from app.distribution import VERSION
from app.settings import Settings

if TYPE_CHECKING:
    from app.compose.adapters import Adapters


def with_traces(settings: Settings, role: Role, adapters: "Adapters") -> "Adapters":
    """Returns the adapters, with spans of hints and of deliveries if the settings name a collector.

    Raises `BadSetting` if the extra is missing.
    """
    if not settings.log.traces_url:
        return adapters
    with needed_extra():
        from infrastructure.traces.hints import TracedEvents, TracedSource  # noqa: PLC0415 - its extra may be missing
        from infrastructure.traces.opening import open_tracing  # noqa: PLC0415
    tracing = open_tracing(settings.log.traces_url, VERSION, role.value)
    source = TracedSource(adapters.source, tracing.tracer)

    def close() -> None:
        adapters.close()
        tracing.close()

    has_hints = settings.store.events_url or not settings.store.is_shared
    return replace(
        adapters,
        events=TracedEvents(adapters.events, tracing.tracer) if has_hints else adapters.events,
        source=source,
        threads=[*adapters.threads, tracing.sender.thread],
        around_app=tracing.around,
        observing=source.observing,
        close=close,
    )
