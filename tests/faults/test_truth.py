"""The judge of what readers see finds what must not be, and nothing else."""

import pytest

from tests.faults.spans import WINDOW_SECONDS
from tests.faults.truth import Truth

EARLIER = 100 * WINDOW_SECONDS


@pytest.fixture
def truth() -> Truth:
    """Rae follows ann, who published two tweets long ago, and deleted one of them."""
    truth = Truth()
    truth.following("rae", "ann")
    truth.followed("rae", "ann")
    for tweet_id, text in enumerate(("kept", "deleted"), 1):
        truth.publishing("ann", text)
        truth.published(text, tweet_id)
    truth.deleting("deleted")
    truth.deleted("deleted")
    for span in (*truth._tweets.values(), *truth._follows["rae", "ann"]):
        span.begun_at -= EARLIER
        span.there_at -= EARLIER
        span.gone_at -= EARLIER
    return truth


def now(truth: Truth) -> float:
    """Long after everything else."""
    return max(tweet.begun_at for tweet in truth._tweets.values()) + EARLIER


def faults(truth: Truth, *tweets: tuple[int, str], reader: str = "rae", is_last: bool = True) -> list[int]:
    began_at = now(truth)
    truth.judge(reader, began_at, began_at + 1, tweets, is_last=is_last)
    return [truth.faults.missing, truth.faults.doubled, truth.faults.ghosts]


def test_what_must_be_there_is_right(truth: Truth) -> None:
    assert faults(truth, (1, "kept")) == [0, 0, 0]


def test_a_tweet_that_is_not_there_is_missing(truth: Truth) -> None:
    assert faults(truth) == [1, 0, 0]


def test_what_is_below_a_full_page_is_not_missing(truth: Truth) -> None:
    truth.publishing("ann", "newer")
    truth.published("newer", 9)
    assert faults(truth, (9, "newer"), is_last=False) == [0, 0, 0]


@pytest.mark.parametrize("ghost", [(2, "deleted"), (7, "never published")])
def test_a_tweet_that_must_not_be_there_is_a_ghost(truth: Truth, ghost: tuple[int, str]) -> None:
    assert faults(truth, ghost, (1, "kept"))[2] == 1


def test_a_tweet_of_somebody_who_is_not_followed_is_a_ghost(truth: Truth) -> None:
    assert faults(truth, (1, "kept"), reader="ron") == [0, 0, 1]
    truth.unfollowing("rae", "ann")
    truth.unfollowed("rae", "ann")
    truth._follows["rae", "ann"][-1].gone_at -= EARLIER
    assert faults(truth, (1, "kept")) == [0, 0, 2]


def test_the_same_tweet_twice_is_doubled_under_any_id(truth: Truth) -> None:
    assert faults(truth, (1, "kept"), (1, "kept"))[1] == 1
    assert faults(truth, (3, "kept"))[1] == 2


def test_what_was_not_answered_may_be_there_or_not(truth: Truth) -> None:
    truth.publishing("ann", "in doubt")
    truth.deleting("kept")
    assert faults(truth, (5, "in doubt"), (1, "kept")) == [0, 0, 0]
    assert faults(truth) == [0, 0, 0]


def test_a_tweet_may_be_held_back_for_the_window(truth: Truth) -> None:
    truth._tweets["kept"].there_at = now(truth) - WINDOW_SECONDS / 2
    assert faults(truth) == [0, 0, 0]
    assert truth.faults.held_back == 1


def test_what_a_poller_was_given_is_everything_once(truth: Truth) -> None:
    truth.check_given([1, 2])
    assert not truth.faults.any
    truth.check_given([1, 1, 7])
    assert [truth.faults.missing, truth.faults.doubled, truth.faults.ghosts] == [0, 1, 1]
    truth.check_given([2])
    assert truth.faults.missing == 1
