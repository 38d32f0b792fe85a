"""The registry of metrics. Each Perch has its own."""

import os
import socket

from prometheus_client import CollectorRegistry, GCCollector, Info, PlatformCollector, ProcessCollector


def new_registry(version: str, role: str) -> CollectorRegistry:
    """Returns a registry with the metrics of any process: memory, CPU, files, Python, garbage collection, version.

    They also say which process it is: what it does, its host and its number there.
    """
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    Info("perch_build", "The version of Perch that runs.", registry=registry).info({"version": version})
    process = {"role": role, "host": socket.gethostname(), "pid": str(os.getpid())}
    Info("perch_process", "The process that these metrics are from.", registry=registry).info(process)
    return registry
