"""Fixtures that capture the log, and hypothesis without deadlines."""

from collections.abc import Iterator

import hypothesis
import pytest

from tests.fakes.log import WrittenLog, written_log

# A busy machine makes single examples slow, which says nothing about the code.
hypothesis.settings.register_profile("unit", deadline=None)
hypothesis.settings.load_profile("unit")


@pytest.fixture
def written() -> Iterator[WrittenLog]:
    """The log in JSON."""
    with written_log() as written:
        yield written


@pytest.fixture
def readable() -> Iterator[WrittenLog]:
    """The log in the readable format."""
    with written_log(log_format="readable") as written:
        yield written
