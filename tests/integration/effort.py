"""How much the tests search, and how soon events must happen."""

import os

LONG = bool(os.environ.get("LONG"))
"""True for the long forms of the tests, which take minutes."""

AT_ONCE_SECONDS = 1.0 if LONG else 10.0
"""The limit for "at once". It is generous in the short forms, which share the CPUs with other tests."""
