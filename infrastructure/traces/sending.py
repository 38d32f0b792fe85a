"""The way of finished spans to the collector."""

import logging
import queue
import threading
import time
from collections.abc import Callable

from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from infrastructure.background import BackgroundThread
from infrastructure.log import get_logger
from infrastructure.seldom import SeldomTotal

log = get_logger("perch.traces")

THREAD = "traces"
CAPACITY = 8192
BATCH_MAX = 512
PAUSE_SECONDS = 1.0
LOG_SECONDS = 10.0
"""The shortest time between two lines about a collector that does not take spans."""


class SpanSender(SpanProcessor):
    """Sends the spans of each second to the collector. Nobody waits for it.

    What finds no room, or is not taken in time, is lost: `traces_lost` in the log says so. In the end, the library's
    `BatchSpanProcessor` would wait for a dead collector for 30 s, however short the time to stop is.
    """

    def __init__(
        self, exporter: SpanExporter, library: logging.Logger, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """`library` is where the exporter logs why it fails, for each of its attempts; these lines are left out."""
        self._exporter = exporter
        self._queue: queue.Queue[ReadableSpan] = queue.Queue(CAPACITY)
        self._lost = SeldomTotal(LOG_SECONDS, monotonic)
        self._reason = _FirstLine()
        library.addHandler(self._reason)
        library.propagate = False
        self._library = library
        self.thread = BackgroundThread(THREAD, self.send, pause_seconds=PAUSE_SECONDS)

    def on_end(self, span: ReadableSpan) -> None:
        """Takes a finished span, if it is to be kept; never waits or raises."""
        context = span.context
        if context is None or not context.trace_flags.sampled:
            return
        try:
            self._queue.put_nowait(span)
        except queue.Full:
            self._lose(1, "there are more spans than can be sent")

    def send(self) -> None:
        """Sends all that waits, in batches; what the collector does not take is lost."""
        while batch := self._batch():
            self._reason.text = ""
            if self._exporter.export(batch) is not SpanExportResult.SUCCESS:
                self._lose(len(batch), self._reason.text)

    def _batch(self) -> list[ReadableSpan]:
        batch: list[ReadableSpan] = []
        try:
            while len(batch) < BATCH_MAX:
                batch.append(self._queue.get_nowait())
        except queue.Empty:
            pass
        return batch

    def _lose(self, spans: int, reason: str) -> None:
        lost = self._lost.add(spans)
        if lost is not None:
            log.warning("traces_lost", spans_so_far=lost, error=reason)

    def close(self, seconds: float) -> None:
        """Sends what waits, if the collector answers within `seconds`, and ends the thread."""
        if self.thread.stop(seconds):
            last = threading.Thread(target=self.send, name=f"{THREAD}-last", daemon=True)
            last.start()
            last.join(seconds)
        self._exporter.shutdown()
        self._library.removeHandler(self._reason)


class _FirstLine(logging.Handler):
    """Keeps the first line of the library about a batch: the later ones are about its repeats."""

    text = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.text = self.text or record.getMessage()
