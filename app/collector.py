"""The settings of Python's cycle collector, which must never walk all stored data, and must find what drivers leave."""

import gc

YOUNG_OBJECTS = 5_000
"""Allocations minus deallocations between two collections of the youngest generation: under a millisecond each."""

YOUNG_COLLECTIONS = 5
"""Collections of the youngest generation between two of the middle generation."""

MIDDLE_COLLECTIONS = 10
"""Collections of the middle generation between two of the oldest, which also wait until it has grown by a quarter."""

NEVER = 1_000_000_000


def collect_young_only() -> None:
    """Makes the collector ignore objects that survived two collections, except when `gc.collect` is called.

    By default it walks all objects each time their number has grown by a quarter, which blocks for half a second with a
    million tweets. Stored objects are never part of a cycle, and answers leave no cycles behind.
    """
    gc.set_threshold(YOUNG_OBJECTS, YOUNG_COLLECTIONS, NEVER)


def collect_all() -> None:
    """Makes the collector walk all objects now and then: for processes whose data is in engines.

    Drivers leave cycles that outlive young collections, such as a query to Cassandra until its timer ends. Without
    stored data, and without what the start made (`gc.freeze`), there is little to walk.
    """
    gc.set_threshold(YOUNG_OBJECTS, YOUNG_COLLECTIONS, MIDDLE_COLLECTIONS)
