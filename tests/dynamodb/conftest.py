"""Fixtures: processes of Perch on a database of their own, and a part of real data."""

from tests.e2e.conftest import real_data
from tests.engines.conftest import start_fleet
from tests.engines.reed98 import reed98

__all__ = ["real_data", "reed98", "start_fleet"]
