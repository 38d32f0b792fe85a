import pytest

from domain.delivery import BACKOFF_FIRST_SECONDS, BACKOFF_MAX_SECONDS, RetryPolicy


def waits(policy: RetryPolicy) -> list[float | None]:
    return [policy.retry_in(attempts) for attempts in range(1, policy.max_attempts + 1)]


def test_the_backoff_doubles_up_to_a_limit_and_the_last_attempt_is_not_retried() -> None:
    all_waits = waits(RetryPolicy(12, jitter=lambda: 1.0))
    assert all_waits[:4] == pytest.approx([BACKOFF_FIRST_SECONDS * factor for factor in (1, 2, 4, 8)])
    assert all_waits[-3:] == [BACKOFF_MAX_SECONDS, BACKOFF_MAX_SECONDS, None]


@pytest.mark.parametrize("jitter", [0.0, 0.25, 1.0])
def test_the_backoff_is_multiplied_by_the_jitter(jitter: float) -> None:
    assert RetryPolicy(5, jitter=lambda: jitter).retry_in(1) == pytest.approx(BACKOFF_FIRST_SECONDS * jitter)


def test_with_one_attempt_there_is_no_retry() -> None:
    assert waits(RetryPolicy(1, jitter=lambda: 1.0)) == [None]


def test_the_backoff_stays_at_its_limit_after_very_many_attempts() -> None:
    assert RetryPolicy(1_000_000, jitter=lambda: 1.0).retry_in(999_999) == BACKOFF_MAX_SECONDS
