"""A collector: an HTTP server that takes spans by OTLP, as protobuf."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span as SentSpan

PATH = "/v1/traces"


@dataclass(frozen=True)
class Span:
    """A span as it was sent."""

    name: str
    kind: str
    trace_id: str
    span_id: str
    parent_id: str
    role: str
    """That of the process that sent it."""
    attributes: dict[str, str]
    failed: str
    """Why; empty for a span without a failure."""


@dataclass
class Collector:
    """The spans that came so far. While it is `silent`, it takes requests and answers none."""

    url: str
    spans: list[Span] = field(default_factory=list)
    silent: bool = False
    asked: int = 0

    def of_trace(self, trace_id: str) -> dict[str, Span]:
        """The spans of a trace, by their names."""
        return {span.name: span for span in list(self.spans) if span.trace_id == trace_id}


@contextmanager
def running_collector() -> Iterator[Collector]:
    """A collector, until the block ends."""
    ended = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            collector.asked += 1
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if collector.silent:
                ended.wait()
                return
            assert self.path == PATH
            collector.spans += _spans(body)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Logs nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        collector = Collector(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield collector
        finally:
            ended.set()
            server.shutdown()
            thread.join()


def _spans(body: bytes) -> Iterator[Span]:
    for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
        role = _texts(resource.resource.attributes)["perch.role"]
        for scope in resource.scope_spans:
            for span in scope.spans:
                yield Span(
                    span.name,
                    SentSpan.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_"),
                    span.trace_id.hex(),
                    span.span_id.hex(),
                    span.parent_span_id.hex(),
                    role,
                    _texts(span.attributes),
                    span.status.message or ("failed" if span.status.code == span.status.STATUS_CODE_ERROR else ""),
                )


def _texts(attributes: Iterable[KeyValue]) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in attributes:
        found[each.key] = str(getattr(each.value, str(each.value.WhichOneof("value"))))
    return found
