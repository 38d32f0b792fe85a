import pytest

from domain.delivery import BACKOFF_FIRST_SECONDS, BACKOFF_MAX_SECONDS, RetryPolicy


def waits(policy: RetryPolicy) -> list[float | None]:
    return [policy.retry_in(attempts) for attempts in range(1, policy.max_attempts + 1)]


def test_the_wait_doubles_with_each_attempt_up_to_a_limit_and_the_last_attempt_has_none() -> None:
    all_waits = waits(RetryPolicy(12, jitter=lambda: 1.0))
    assert all_waits[:4] == pytest.approx([BACKOFF_FIRST_SECONDS * factor for factor in (1, 2, 4, 8)])
    assert all_waits[-3:] == [BACKOFF_MAX_SECONDS, BACKOFF_MAX_SECONDS, None]


@pytest.mark.parametrize("jitter", [0.0, 0.25, 1.0])
def test_the_wait_is_a_random_part_of_the_longest(jitter: float) -> None:
    assert RetryPolicy(5, jitter=lambda: jitter).retry_in(1) == pytest.approx(BACKOFF_FIRST_SECONDS * jitter)


def test_one_attempt_may_be_all_that_there_is() -> None:
    assert waits(RetryPolicy(1, jitter=lambda: 1.0)) == [None]


def test_very_many_attempts_wait_no_longer_than_the_limit() -> None:
    assert RetryPolicy(1_000_000, jitter=lambda: 1.0).retry_in(999_999) == BACKOFF_MAX_SECONDS
