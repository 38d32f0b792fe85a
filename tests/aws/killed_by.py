"""A worker that one author's hint kills: `python -m tests.aws.killed_by URL AUTHOR VISIBILITY_SECONDS`.

It ends with status 0 when there was no hint for a while.
"""

import os
import signal
import sys

from infrastructure.aws.opening import open_taking

QUIET_SECONDS = 4.0


def main(url: str, author: str, visibility_seconds: str) -> None:
    """Takes hints until there is none, or one kills it."""
    broker = open_taking(url, 10, int(visibility_seconds))
    while (taken := broker.source.take(QUIET_SECONDS)) is not None:
        if taken.event.author_id == author:
            os.kill(os.getpid(), signal.SIGKILL)
        broker.source.done(taken)
    broker.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
