"""Tweet ids: unique, increasing 64-bit integers that contain the time at which they were taken.

The layout is Twitter's Snowflake (announced 2010, https://github.com/twitter-archive/snowflake): 41 bits of
milliseconds since its epoch, 10 bits of node id, 12 bits of sequence. The 41 bits last until 2080.
"""

import re

EPOCH_MS = 1_288_834_974_657
MAX_TWEET_ID = (1 << 63) - 1
MAX_NODE_ID = (1 << 10) - 1

AHEAD_MS_MAX = 24 * 3600 * 1000
"""The farthest that an id which a client sends back may be ahead of the clock: clocks differ, but not by days."""

_TIME_SHIFT = 22
_NODE_SHIFT = 12
_SEQUENCE_MASK = (1 << _NODE_SHIFT) - 1
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")


def next_tweet_id(last: int, now_ms: int, node_id: int) -> int:
    """Returns the id that this node takes after `last`, at `now_ms` (Unix time in milliseconds).

    It is always larger than `last`. While the clock stands still or goes back, ids continue from `last`. When the
    4,096 ids of a millisecond are used up, ids of the next one are taken, so no caller waits for the clock.
    """
    ticks = max(now_ms - EPOCH_MS, 0)
    fresh = ticks << _TIME_SHIFT | node_id << _NODE_SHIFT
    if fresh > last:
        return fresh
    if last & _SEQUENCE_MASK < _SEQUENCE_MASK:
        return last + 1
    return (last >> _TIME_SHIFT) + 1 << _TIME_SHIFT | node_id << _NODE_SHIFT


def created_at_ms(tweet_id: int) -> int:
    """Returns the time at which the id was taken, Unix time in milliseconds."""
    return (tweet_id >> _TIME_SHIFT) + EPOCH_MS


def first_id_at(ms: int) -> int:
    """Returns the smallest id that can be taken at this Unix time in milliseconds; no earlier one has a larger id."""
    return max(ms - EPOCH_MS, 0) << _TIME_SHIFT


def is_far_ahead(tweet_id: int, now_ms: int) -> bool:
    """Returns True if the id's time is more than a day after `now_ms`, so no tweet can have it yet."""
    return created_at_ms(tweet_id) > now_ms + AHEAD_MS_MAX


def parse_tweet_id(text: str) -> int | None:
    """Returns the tweet id that `text` is in decimal; None if it is not a tweet id in its usual form."""
    if not _DECIMAL.fullmatch(text) or int(text) > MAX_TWEET_ID:
        return None
    return int(text)
