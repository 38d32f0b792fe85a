"""The groups of cases, in the order in which they run."""

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.logs import configure_logs
from benchmarks.cases import (
    cassandra,
    collector,
    deliveries,
    fan_out,
    granian,
    journal,
    kafka,
    memory,
    mix,
    postgres,
    process,
    publish,
    reads,
    redis,
    requests,
    start,
    streams,
)
from benchmarks.cpus import LOAD, run_on
from benchmarks.figure import Row
from benchmarks.table import cells, line


@dataclass(frozen=True, slots=True)
class Group:
    """Figures that are measured in one process. Its title is a heading of docs/benchmarks.md."""

    title: str
    measure: Callable[[], Iterator[Row]]


GROUPS = {
    "reads": Group("Reads in process", reads.measure),
    "requests": Group("Requests over HTTP", requests.measure),
    "granian": Group("Granian", granian.measure),
    "mix": Group("Mixed requests on real graphs", mix.measure),
    "fan-out": Group("Fan-out to 1,000,000 followers", fan_out.measure),
    "deliveries": Group("Deliveries on one core", deliveries.measure),
    "publish": Group("Publishing with a full queue", publish.measure),
    "journal": Group("SQLite", journal.measure),
    "postgres": Group("PostgreSQL", postgres.measure),
    "redis": Group("Redis", redis.measure),
    "cassandra": Group("Cassandra", cassandra.measure),
    "kafka": Group("Kafka", kafka.measure),
    "memory": Group("Memory", memory.measure),
    "collector": Group("The cycle collector", collector.measure),
    "start": Group("Start", start.measure),
    "process": Group("Process settings", process.measure),
    "streams": Group("Streams", streams.measure),
}


def measure_group(name: str) -> list[Row]:
    """Returns the rows of a group, and prints each one as soon as it is measured."""
    configure_logs("ERROR", "readable", sys.stderr)
    run_on(LOAD)
    print(f"\n{GROUPS[name].title}")
    started = time.monotonic()
    rows = []
    for row in GROUPS[name].measure():
        print(line(cells(row)), flush=True)
        rows.append(row)
    print(f"({time.monotonic() - started:.0f} s)")
    return rows
