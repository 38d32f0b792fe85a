"""The clients of a session."""

import pytest

from infrastructure.aws.session import ANSWER_SECONDS, CONNECT_SECONDS, open_session


@pytest.mark.parametrize("service", ["sns", "sts"])
def test_no_client_waits_for_long_not_even_the_one_that_fetches_credentials(service: str) -> None:
    limits = open_session("eu-west-1").client(service).meta.config  # type: ignore[call-overload]
    assert (limits.connect_timeout, limits.read_timeout) == (CONNECT_SECONDS, ANSWER_SECONDS)
    assert limits.retries["total_max_attempts"] == 1
