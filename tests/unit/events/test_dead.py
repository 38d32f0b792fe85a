import pytest

from infrastructure.events.dead import time_of
from infrastructure.http.rendering import timestamp


@pytest.mark.parametrize("said", ["", "soon", "-1", "1.5", "²", "1e9", "9" * 14, "9" * 5000])
def test_a_time_that_is_none_is_replaced(said: str) -> None:
    assert time_of(said, 7) == 7


def test_every_time_can_be_shown() -> None:
    assert time_of("1700000000000", 7) == 1_700_000_000_000
    assert timestamp(time_of("9" * 13, 7)) == "2286-11-20T17:46:39.999Z"
