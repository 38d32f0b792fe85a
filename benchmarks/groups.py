"""The groups of cases, in the order in which they run."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from benchmarks.cases import (
    collector,
    deliveries,
    fan_out,
    granian,
    memory,
    mix,
    process,
    publish,
    reads,
    requests,
    start,
    streams,
)
from benchmarks.figure import Row


@dataclass(frozen=True, slots=True)
class Group:
    """Some figures that belong together."""

    title: str
    measure: Callable[[], Iterator[Row]]


GROUPS = {
    "reads": Group("Reads in process", reads.measure),
    "requests": Group("Requests over HTTP", requests.measure),
    "granian": Group("Granian", granian.measure),
    "mix": Group("A mix on real graphs", mix.measure),
    "fan-out": Group("Fan-out to 1,000,000 followers", fan_out.measure),
    "deliveries": Group("Deliveries on one core", deliveries.measure),
    "publish": Group("Publishing with the queue full", publish.measure),
    "memory": Group("Memory", memory.measure),
    "collector": Group("The cycle collector", collector.measure),
    "start": Group("Start", start.measure),
    "process": Group("The process around it", process.measure),
    "streams": Group("Streams", streams.measure),
}
