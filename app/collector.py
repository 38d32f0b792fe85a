"""Python's cycle collector, so that it never walks all that is stored."""

import gc

YOUNG_OBJECTS = 5_000
"""Allocations, less what is freed, from one collection of the youngest to the next: under a millisecond each."""

YOUNG_COLLECTIONS = 5
"""Of the youngest, from one of the middle generation to the next."""

NEVER = 1_000_000_000


def collect_young_only() -> None:
    """From now on, what survives two collections is not looked at again, until somebody calls `gc.collect`.

    Left alone, the collector walks every object whenever these have grown by a quarter: half a second with a million
    tweets, while nobody is served. Nothing stored is part of a cycle, and no answer leaves one behind.
    """
    gc.set_threshold(YOUNG_OBJECTS, YOUNG_COLLECTIONS, NEVER)
