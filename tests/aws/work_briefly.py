"""`python -m app work`, which keeps hints from others for two seconds only, instead of thirty.

It delivers none before there is the file that `PERCH_TEST_GO` names.
"""

import os
import sys
import time
from functools import partial
from pathlib import Path

from app.__main__ import main
from infrastructure.aws import opening
from infrastructure.aws.taking import SqsSource
from infrastructure.events.taken import Taken

VISIBILITY_SECONDS = 2
GO = "PERCH_TEST_GO"

take = SqsSource.take


def take_when_told(source: SqsSource, timeout: float) -> Taken | None:
    """Takes the next hint if the file is there."""
    if Path(os.environ[GO]).exists():
        return take(source, timeout)
    time.sleep(timeout)
    return None


if __name__ == "__main__":
    opening.open_taking = partial(opening.open_taking, visibility_seconds=VISIBILITY_SECONDS)
    SqsSource.take = take_when_told  # type: ignore[assignment, method-assign] # in this process
    sys.argv[1:] = ["work"]
    sys.exit(main())
