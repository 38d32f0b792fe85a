"""How much a run of the tests searches."""

import os

LONG = bool(os.environ.get("LONG"))
"""Set for the long forms, which take minutes."""
