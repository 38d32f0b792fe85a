"""Tweet ids: 64-bit integers that are unique, increase, and say when they were taken.

The layout is Twitter's Snowflake (announced 2010, https://github.com/twitter-archive/snowflake): 41 bits of
milliseconds since its epoch, 10 bits of node id, 12 bits of sequence. The last id of that layout is taken in 2080.
"""

import re

EPOCH_MS = 1_288_834_974_657
MAX_TWEET_ID = (1 << 63) - 1
MAX_NODE_ID = (1 << 10) - 1

_TIME_SHIFT = 22
_NODE_SHIFT = 12
_SEQUENCE_MASK = (1 << _NODE_SHIFT) - 1
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")


def next_tweet_id(last: int, now_ms: int, node_id: int) -> int:
    """The id that this node gives out after `last`, at `now_ms` (Unix time in milliseconds).

    It is always larger than `last`: while the clock stands still or goes back, ids count on from the last one, and
    when a millisecond's 4,096 are used up they borrow from the next, so that nobody ever waits for the clock.
    """
    ticks = max(now_ms - EPOCH_MS, 0)
    fresh = ticks << _TIME_SHIFT | node_id << _NODE_SHIFT
    if fresh > last:
        return fresh
    if last & _SEQUENCE_MASK < _SEQUENCE_MASK:
        return last + 1
    return (last >> _TIME_SHIFT) + 1 << _TIME_SHIFT | node_id << _NODE_SHIFT


def created_at_ms(tweet_id: int) -> int:
    """When the id was taken, Unix time in milliseconds."""
    return (tweet_id >> _TIME_SHIFT) + EPOCH_MS


def parse_tweet_id(text: str) -> int | None:
    """The id that is written so in decimal; None where that is none, or not how ids are written."""
    if not _DECIMAL.fullmatch(text) or int(text) > MAX_TWEET_ID:
        return None
    return int(text)
