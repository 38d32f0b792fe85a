"""Opens the way of spans to a collector by OTLP over HTTP. It needs the extra `otel`."""

import logging
import os
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

from opentelemetry.exporter.otlp.proto.http import trace_exporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import Tracer

from infrastructure.traces.requests import TracedRequests
from infrastructure.traces.sending import SpanSender

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

SEND_SECONDS = 2.0
"""The longest time for a batch, with repeats; also for what is left at the end."""


@dataclass(frozen=True, slots=True)
class Tracing:
    """What makes spans, and what sends them."""

    tracer: Tracer
    sender: SpanSender

    def around(self, app: "WSGIApplication") -> "WSGIApplication":
        """Returns the application with a span for each request."""
        return TracedRequests(app, self.tracer)

    def close(self) -> None:
        """Sends what is left, within a few seconds."""
        self.sender.close(SEND_SECONDS)


def open_tracing(url: str, version: str, role: str) -> Tracing:
    """Starts the thread that sends; returns also while no collector answers.

    The library reads `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_TRACES_SAMPLER` and
    `OTEL_EXPORTER_OTLP_HEADERS` itself.
    """
    described = {
        "service.name": "perch",
        "service.version": version,
        "service.instance.id": f"{socket.gethostname()}:{os.getpid()}",
        "perch.role": role,
    }
    provider = TracerProvider(
        resource=Resource(described).merge(OTELResourceDetector().detect()), shutdown_on_exit=False
    )
    exporter = trace_exporter.OTLPSpanExporter(url, timeout=SEND_SECONDS)
    sender = SpanSender(exporter, logging.getLogger(trace_exporter.__name__))
    provider.add_span_processor(sender)
    sender.thread.start()
    return Tracing(provider.get_tracer("perch", version), sender)
