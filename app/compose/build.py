"""Builds the whole application out of its adapters."""

import threading

from prometheus_client.registry import Collector

from app.affinity import OneCpu
from app.compose.adapters import Adapters
from app.compose.api import make_app, make_work_app
from app.compose.perch import Perch
from app.compose.role import Role
from app.compose.use_cases import make_use_cases
from app.compose.worker import make_work
from app.distribution import VERSION
from app.settings import Settings
from domain.events import Event
from infrastructure.delivery.delivery_log import DeliveryLog
from infrastructure.http.cors import Cors
from infrastructure.http.shed import ShedRequests
from infrastructure.metrics.events import EventMetrics
from infrastructure.metrics.registry import new_registry
from infrastructure.metrics.streams import StreamCollector
from infrastructure.metrics.threads import ThreadCollector
from infrastructure.metrics.work import SentHints, WorkCollector
from infrastructure.streams.listener import StreamListener
from infrastructure.streams.subscriptions import Subscriptions


def build(
    settings: Settings,
    adapters: Adapters,
    role: Role = Role.ALL,
    one_cpu: OneCpu | None = None,
    *,
    run_worker: bool = True,
) -> Perch:
    """Builds everything else for a process of this role, and starts nothing.

    A thread of Perch keeps the process on `one_cpu`, if that is given.

    Without a worker, tweets stay unpushed until somebody calls `work.fan_out.step()`; readers see them all the same.
    """
    clock = adapters.clock
    metrics = new_registry(VERSION, role.value)
    counted = EventMetrics(metrics, settings.timelines.timeline_window_seconds)
    logged = DeliveryLog(settings.timelines.timeline_window_seconds, clock.monotonic)

    def observe(event: Event) -> None:
        counted.observe(event)
        logged.observe(event)

    subscriptions = Subscriptions(settings.server.max_streams)
    told = adapters.observing(observe) if adapters.observing else observe
    use_cases = make_use_cases(settings, adapters, subscriptions, told)
    work = make_work(adapters, use_cases, run_worker=run_worker)
    listener = StreamListener(adapters.announcements, adapters.graph, subscriptions)
    own_threads = [*(work.threads if role.works else []), *([listener.thread] if role.serves else [])]
    threads = [*own_threads, *([one_cpu.new_thread()] if one_cpu else [])]
    shed = ShedRequests(clock.monotonic)
    ready = threading.Event()
    collectors: list[Collector] = [ThreadCollector([*threads, *adapters.threads]), *adapters.collectors]
    if role.works:
        collectors.append(_work_collector(adapters))
    if role.serves:
        collectors += [SentHints(adapters.events), StreamCollector(subscriptions.counts, shed.so_far)]
    for collector in collectors:
        metrics.register(collector)

    def is_ready() -> bool:
        return ready.is_set() and adapters.is_writable()

    if role.serves:
        app = make_app(settings, use_cases, metrics, clock, adapters.secret_key, adapters.tweets.frontier, is_ready)
    else:
        app = make_work_app(settings, metrics, clock, is_ready)
    if adapters.around_app:
        app.wsgi_app = adapters.around_app(app.wsgi_app)  # type: ignore[assignment, method-assign] # as Flask's manual has it
    return Perch(
        role=role,
        app=app,
        cors=Cors(settings.api.cors_origins),
        use_cases=use_cases,
        work=work,
        listener=listener,
        threads=threads,
        engine_threads=adapters.threads,
        outbox=adapters.outbox,
        subscriptions=subscriptions,
        shed=shed,
        metrics=metrics,
        ready=ready,
        close=adapters.close,
    )


def _work_collector(adapters: Adapters) -> WorkCollector:
    return WorkCollector(
        adapters.outbox, adapters.source, adapters.timelines, adapters.clock.now_ms, adapters.reports_totals
    )
