"""Spans of requests."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from infrastructure.http.envelope import METHODS, REQUEST_ID, ROUTE, Headers, Write
from infrastructure.server.served import ALWAYS_ANSWERED

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LOWEST_FAULT = 500

_propagator = TraceContextTextMapPropagator()


class TracedRequests:
    """A WSGI application around another one: each request is a span, until its answer starts.

    It continues the trace of `traceparent`, or begins one. What is inside finds this span in `traceparent`. Requests of
    monitors have none.
    """

    def __init__(self, app: "WSGIApplication", tracer: Tracer) -> None:
        self._app = app
        self._tracer = tracer

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ["PATH_INFO"] in ALWAYS_ANSWERED:
            return self._app(environ, start_response)
        sent = {name: environ.get(f"HTTP_{name.upper()}", "") for name in _propagator.fields}
        method = environ["REQUEST_METHOD"]
        name = method if method in METHODS else "HTTP"
        parent = _propagator.extract(sent)
        with self._tracer.start_as_current_span(name, parent, SpanKind.SERVER) as span:
            carried: dict[str, str] = {}
            _propagator.inject(carried)
            # Nothing, if the library is turned off by OTEL_SDK_DISABLED.
            environ.update({f"HTTP_{field.upper()}": value for field, value in carried.items()})

            def start(status: str, headers: Headers, *error: Any) -> Write:  # noqa: ANN401
                _describe(span, name, environ, int(status[:3]))
                return start_response(status, headers, *error)

            return self._app(environ, start)


def _describe(span: Span, method: str, environ: "WSGIEnvironment", status: int) -> None:
    """Adds what is known when the answer starts, in the names of OpenTelemetry's conventions."""
    if not span.is_recording():
        return
    if route := environ.get(ROUTE):
        span.update_name(f"{method} {route}")
        span.set_attribute("http.route", route)
    span.set_attribute("http.request.method", "_OTHER" if method == "HTTP" else method)
    span.set_attribute("http.response.status_code", status)
    span.set_attribute("perch.request_id", environ[REQUEST_ID])
    if status >= LOWEST_FAULT:
        span.set_status(StatusCode.ERROR)
