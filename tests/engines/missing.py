"""Where an engine is not installed: its tests are skipped with the reason, or fail where all tests must run."""

import os
from typing import NoReturn

import pytest


def go_without(reason: str) -> NoReturn:
    """Skips the test for this reason; with `REQUIRE_ENGINES=1` it fails."""
    if os.environ.get("REQUIRE_ENGINES") == "1":
        pytest.fail(reason)
    pytest.skip(reason)
