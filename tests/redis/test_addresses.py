"""What is no address of a server is refused when it is read."""

import pytest

from infrastructure.redis.opening import check


@pytest.mark.parametrize("host", ["no..host", "x" * 64])
def test_a_host_that_can_be_none_is_refused(host: str) -> None:
    with pytest.raises(ValueError, match="must be the address of a Redis server: "):
        check(f"redis://:secret@{host}/0")
