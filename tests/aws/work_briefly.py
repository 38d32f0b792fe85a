"""`python -m app work`, which keeps hints from others for two seconds only, instead of thirty."""

import sys
from functools import partial

from app.__main__ import main
from infrastructure.aws import opening

VISIBILITY_SECONDS = 2

if __name__ == "__main__":
    opening.open_taking = partial(opening.open_taking, visibility_seconds=VISIBILITY_SECONDS)
    sys.argv[1:] = ["work"]
    sys.exit(main())
