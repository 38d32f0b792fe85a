"""The registry of metrics. Each Perch has its own."""

from prometheus_client import CollectorRegistry, GCCollector, Info, PlatformCollector, ProcessCollector


def new_registry(version: str) -> CollectorRegistry:
    """Returns a registry with the metrics of any process: memory, CPU, files, Python, garbage collection, version."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    Info("perch_build", "The version of Perch that runs.", registry=registry).info({"version": version})
    return registry
