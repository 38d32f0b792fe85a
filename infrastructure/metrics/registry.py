"""The registry that one Perch has for itself."""

from prometheus_client import CollectorRegistry, GCCollector, Info, PlatformCollector, ProcessCollector


def new_registry(version: str) -> CollectorRegistry:
    """A registry with what any process has to tell: memory, CPU, files, Python, garbage collection, its version."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    Info("perch_build", "The version of Perch that runs.", registry=registry).info({"version": version})
    return registry
