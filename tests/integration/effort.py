"""How much a run of the tests searches, and how soon things must happen."""

import os

LONG = bool(os.environ.get("LONG"))
"""Set for the long forms, which take minutes."""

AT_ONCE_SECONDS = 1.0 if LONG else 10.0
"""The short forms have other tests beside them, which take the CPUs away: they tell at once from never."""
