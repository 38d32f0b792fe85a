"""The settings of Python's cycle collector, which must never walk all stored data."""

import gc

YOUNG_OBJECTS = 5_000
"""Allocations minus deallocations between two collections of the youngest generation: under a millisecond each."""

YOUNG_COLLECTIONS = 5
"""Collections of the youngest generation between two of the middle generation."""

NEVER = 1_000_000_000


def collect_young_only() -> None:
    """Makes the collector ignore objects that survived two collections, except when `gc.collect` is called.

    By default it walks all objects each time their number has grown by a quarter, which blocks for half a second with a
    million tweets. Stored objects are never part of a cycle, and answers leave no cycles behind.
    """
    gc.set_threshold(YOUNG_OBJECTS, YOUNG_COLLECTIONS, NEVER)
