"""How every adapter is set up for its suite."""

NODE_ID = 5
TIMELINE_CAPACITY = 2000
IDLE_SECONDS = 60.0
DEAD_LETTERS_KEPT = 100
EVENTS_QUEUED = 50

ALL = 1 << 62
"""A limit that nothing here reaches."""

NEWEST = (1 << 63) - 1
"""A bound above every id."""
