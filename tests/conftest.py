"""Settings of all tests."""

from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings

# Examples have no time limit: a busy machine may stall any of them.
settings.register_profile("perch", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("perch")

pytest_plugins = ["tests.engines.fixtures"]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Escapes lone surrogates in captured output, which cannot be sent between test processes."""
    report = yield
    report.sections = [(name, text.encode("utf-8", "backslashreplace").decode()) for name, text in report.sections]
    return report
