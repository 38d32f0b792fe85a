"""Python's cycle collector, so that it never walks all that is stored."""

import gc

YOUNG_OBJECTS = 5_000
"""Allocations, less what is freed, from one collection of the youngest to the next: under a millisecond each."""

YOUNG_COLLECTIONS = 5
"""Of the youngest, from one of the middle generation to the next."""

NEVER = 1_000_000_000


def freeze_survivors() -> None:
    """From now on, what survives two collections is never looked at again.

    Left alone, the collector walks every object whenever these have grown by a quarter: half a second with a million
    tweets, while nobody is served. Perch stores no cycles; those that a request leaves behind are young and are found.
    A cycle that lives for long and is dropped then stays in memory.
    """
    gc.set_threshold(YOUNG_OBJECTS, YOUNG_COLLECTIONS, NEVER)
    gc.callbacks.append(_freeze_after)


def _freeze_after(phase: str, info: dict[str, int]) -> None:
    if phase == "stop" and info["generation"] > 0:
        gc.freeze()
