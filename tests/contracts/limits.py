"""The settings of every adapter in its suite."""

NODE_ID = 5
TIMELINE_CAPACITY = 2000
IDLE_SECONDS = 60.0
HINTS_QUEUED = 50
KEYS_KEPT = 100
DUE_SECONDS = 2.5
MAX_ATTEMPTS = 3

ALL = 1 << 62
"""A limit above every count in these tests."""

NEWEST = (1 << 63) - 1
"""A bound above every id."""
